import { isPlaceholder, REDACTED } from './secret-forms.ts';

/** Programs with a short option that takes a password, by their names. `-P` of mysql and `-p` of docker run are ports. */
const CLIENTS: readonly { readonly programs: string; readonly options: string; readonly isGlued?: true }[] = [
  { programs: String.raw`mysql\w*|mariadb[\w-]*`, options: '-p', isGlued: true },
  { programs: String.raw`sshpass|7z\w?`, options: '-p', isGlued: true },
  {
    programs: String.raw`sshpass|rabbitmqadmin|cqlsh|mongo\w*|(?:docker|podman|nerdctl|helm registry|oras) login`,
    options: '-p',
  },
  { programs: 'redis-cli', options: '-a' },
  { programs: String.raw`ldap\w+`, options: '-w' },
  { programs: 'sqlcmd|bcp|osql|ipmitool|zip|unzip', options: '-P' },
  { programs: 'keytool|jarsigner', options: '-(?:src|dest)?(?:store|key)pass' },
  { programs: 'pscp|plink|psftp', options: '-pw' },
  { programs: String.raw`snmp\w+`, options: '-[AX]' },
  { programs: String.raw`openssl \w+`, options: '-[kK]' },
  { programs: 'vault login|heroku auth:token', options: '' },
  { programs: 'rabbitmqctl (?:add_user|change_password) [^\\s-]+', options: '' },
  // The key of an account, too: it is random like the secret behind it.
  {
    programs: String.raw`mc(?:li)?(?: --?[\w-]+)* (?:alias set|config host add)(?: --?[\w-]+)* [^\s-]\S* \S+`,
    options: '',
  },
  {
    programs: String.raw`mc(?:li)?(?: --?[\w-]+)* (?:alias set|config host add)(?: --?[\w-]+)* [^\s-]\S* \S+ \S+`,
    options: '',
  },
];

/** Programs that take the user and the password in one word: `sqlplus scott/tiger@db`, `lftp -u scott,tiger`. */
const USERS: readonly RegExp[] = [
  /((?<![\w.-])(?:sqlplus|sqlldr|sqlcl|expdp|impdp|exp|imp|rman)\s+(?:[^\n;|&]{0,200}?\s)?["']?(?:(?:userid|target|catalog)=?\s*["']?)?[A-Za-z][\w$#]{0,127}\/)((?:"[^"\n]*"|[^\s"'@])+)/gi,
  /((?<![\w.-])(?:l?ftp|ncftp\w*)\s+(?:[^\n;|&]{0,200}?\s)?(?:-u|--user)[\s=]+["']?[^\s,"']+,)([^\s"']+)/g,
];

const PATTERNS: readonly RegExp[] = CLIENTS.map(({ programs, options, isGlued }) => {
  const before = String.raw`(?<![\w.-])(?:${programs})\s+`;
  // Within one command; the length is bounded, so that the time grows with the text alone.
  const option =
    options === '' ? '' : String.raw`(?:[^\n;|&]{0,200}?\s)?(?:${options})${isGlued ? '' : String.raw`\s+`}`;
  return new RegExp(String.raw`(${before}${option})(["']?)(?!-)([^\s"']+)`, 'g');
});

/** Command lines of known clients in a text: `redis-cli -a x`, `mysql -u root -px`. */
export function redactClients(text: string): string {
  const users = USERS.reduce(
    (shown, pattern) =>
      shown.replace(pattern, (whole, head: string, value: string) =>
        isPlaceholder(value) ? whole : `${head}${REDACTED}`,
      ),
    text,
  );
  return PATTERNS.reduce(
    (shown, pattern) =>
      shown.replace(pattern, (whole, head: string, quote: string, value: string) =>
        isPlaceholder(value) ? whole : `${head}${quote}${REDACTED}`,
      ),
    users,
  );
}
