import { isCount, isPlaceholder, looksRandom, REDACTED } from './secret-forms.ts';
import { isSecretParameter } from './secret-names.ts';

/** User names of these schemes tell who connects, and are no secret; of other addresses they often are. */
const NAMES_ITS_USER =
  /^(?:postgres(?:ql)?|mysql2?|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|nats|ldaps?)$/i;

/** Whoever knows an address of these hosts may write there. */
const SECRET_HOSTS =
  /^(?:hooks\.|hook\.|[\w.-]*\.webhook\.office\.com|outlook\.office(?:365)?\.com|[\w.-]*\.logic\.azure\.com|[\w.-]*discord(?:app)?\.com|api\.telegram\.org|chat\.googleapis\.com|maker\.ifttt\.com|events\.pagerduty\.com|hc-ping\.com)/i;
/** The same by the path, on whatever host: what follows is the secret. */
const SECRET_PATH = /\/(?:services(?=\/T\w*\/B)|web-?hooks?\w*|hooks?|with\/key|bot(?=\d+:))(?=[/\d])/i;

const SHORTEST_RANDOM_PART = 20;
const SHORTEST_MIXED = 16;

/**
 * `user:password@` behind `scheme://`, `scheme:/`, `http:\\` or `//`, where the password holds what otherwise ends an address
 * in a text: quotes, blanks, brackets. What begins like a port (`http://h:3000 and ann@example.com`) is none. Every part
 * is bounded, so that the time grows with the text alone.
 */
const LOOSE_USER_INFO =
  /(?:\b([a-z][a-z\d+.-]{0,30}):[\\/]{1,4}|(?<![\w:/\\])[\\/]{2})([^\s/\\@:"'`<>?#[\]]{0,64}):(?!\d{1,5}(?:[^\w@]|$))([^\s@/\\][^@\r\n/\\]{0,100})@(?=[\w[])/gi;

/** Every address of a text without user info, secret parameters, and parts of the path that are keys. */
export function redactUrls(text: string): string {
  const known = text.replace(LOOSE_USER_INFO, (whole, scheme: string | undefined, user: string, password: string) => {
    const head = whole.slice(0, whole.length - user.length - password.length - 2);
    return `${head}${redactUserInfo(scheme ?? '', `${user}:${password}`)}@`;
  });
  return known.replace(
    /\b([a-z][a-z\d+.-]*):\/\/([^\s"'`<>]+)/gi,
    (_, scheme: string, rest: string) => `${scheme}://${redactAfterScheme(scheme, rest)}`,
  );
}

function redactAfterScheme(scheme: string, rest: string): string {
  const end = endOfUserInfo(rest);
  const user = end === 0 ? '' : `${redactUserInfo(scheme, rest.slice(0, end - 1))}@`;
  const [, host = '', path = '', query = ''] = /^([^/?#]*)([^?#]*)([\s\S]*)$/.exec(rest.slice(end)) ?? [];
  const shownPath = /^file$/i.test(scheme) ? path : redactUrlPath(host, path);
  return `${user}${host}${shownPath}${redactParameters(query)}`;
}

/**
 * Where the host begins. A password may hold `/`, `?` and `@` that nobody encoded, so it is not the first of them that
 * counts; but an `@` in the path of an address without user info (`/@scope/name`) is no user info.
 */
function endOfUserInfo(rest: string): number {
  const authority = rest.slice(0, /[/?#]|$/.exec(rest)?.index);
  const isPort = /^[^:]*(?::\d*)?$|^\[[\da-f:.]*\](?::\d*)?$/i.test(authority);
  if (!authority.includes('@') && isPort) return 0;
  const query = /[?#][^=@]*=/.exec(rest)?.index ?? rest.length;
  return rest.lastIndexOf('@', authority.includes('@') ? Math.max(query, authority.length) : rest.length) + 1;
}

function redactUserInfo(scheme: string, userInfo: string): string {
  const [, user = '', colon = ''] = /^([\w.-]{1,40})(:|$)/.exec(userInfo) ?? [];
  const isName = user !== '' && NAMES_ITS_USER.test(scheme) && !looksRandom(user, SHORTEST_RANDOM_PART);
  if (!isName) return REDACTED;
  return colon === '' ? user : `${user}:${REDACTED}`;
}

function redactUrlPath(host: string, path: string): string {
  const known = SECRET_HOSTS.test(host) ? 0 : SECRET_PATH.exec(path)?.index;
  const parts = path.split('/');
  let at = 0;
  return parts
    .map((part) => {
      const isBehind = known !== undefined && at > known;
      at += part.length + 1;
      return isBehind ? redactHookPart(part) : redactPathPart(part);
    })
    .join('/');
}

/** Words of the address itself stay, such as `services` and the name of who calls. */
function redactHookPart(part: string): string {
  return /^[a-z]{0,10}$/.test(part) || /^web-?hooks?\w{0,2}$/i.test(part) || isPlaceholder(part) ? part : REDACTED;
}

function redactPathPart(part: string): string {
  const isHash = /^[\da-f]+$/.test(part);
  return looksRandom(part, isHash ? 32 : SHORTEST_RANDOM_PART) && (isHash || isMixed(part)) ? REDACTED : part;
}

/** Letters and digits in turn, over a long stretch: no word that somebody chose, and no id of a pod. */
export function isMixed(text: string): boolean {
  return text.split(/[-_]/).some((part) => {
    const changes = part.match(/[a-z](?=[A-Z\d])|[A-Z](?=\d)|\d(?=[A-Za-z])/g)?.length ?? 0;
    return part.length >= SHORTEST_MIXED && changes >= 5;
  });
}

/** Parameters of a query, or of a fragment, in place: `?a=1&api_key=x`. */
export function redactParameters(text: string): string {
  return text.replace(/([?&;#])([\w.%[\]-]+)=([^&;#\s"'`<>]*)/g, (whole, mark: string, name: string, value: string) => {
    if (isPlaceholder(value) || (isCount(value) && !/pass|pwd|secret/i.test(name))) return whole;
    const isSecret = isSecretParameter(name) || (looksRandom(value, SHORTEST_RANDOM_PART) && isMixed(value));
    return isSecret ? `${mark}${name}=${REDACTED}` : whole;
  });
}

/** A part of a path that names a person: `/users/joe@corp.example/x`; not `/pkg@1.2.3/` or `/logo@2x.png`. */
const MAIL_PART =
  /(?<=(?:^|[^/])\/)[\w.+'-]{1,64}(?:@|%40)(?:[\w-]{1,63}\.){1,8}(?!(?:[cm]?[jt]sx?|json|map|css|html?|png|jpe?g|gif|svg|webp|avif|ico|t?gz|zip|service|slice|scope|socket|vue|sock|log)(?![\w-]))[a-z]{2,24}(?=[/?#\s"'`<>),;]|$)/gi;

export function redactMailParts(text: string): string {
  return text.replace(MAIL_PART, REDACTED);
}

/** Paths of webhooks that stand without their host, as in the name of a request. */
export function redactHookPaths(text: string): string {
  return text.replace(
    /(\/services\/T\w*\/B\w*\/|\/api\/webhooks\/|\/webhookb2\/|\/bot(?=\d+:))([^\s"'`<>?#]+)/g,
    (_, head: string, rest: string) => `${head}${rest.split('/').map(redactHookPart).join('/')}`,
  );
}

/** Behind such a part of a path stands what lets somebody in: `/reset/9f86d081884c7d65`. */
const TELLING_PART =
  /(\/(?:reset|verif(?:y|ication)|confirm|activat(?:e|ion)|invit(?:e|ation)s?|magic|unsubscribe|tokens?|passwords?|sessions?|shares?)[a-z-]{0,20}\/)([\w~=-]{16,})(?=[/?#\s"'`<>),;]|$)/gi;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Paths without their host, as in the name of a request. Names that somebody chose stay: `/verify/email-address-v2`. */
export function redactTellingPaths(text: string): string {
  return text.replace(TELLING_PART, (whole, head: string, part: string) => {
    const isRandom = /^(?=.*\d)(?=.*[a-f])[\da-f]+$/i.test(part) || UUID.test(part) || isMixed(part);
    return isRandom ? `${head}${REDACTED}` : whole;
  });
}
