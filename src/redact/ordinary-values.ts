import { isCount } from './secret-forms.ts';
import { isSecretName } from './secret-names.ts';

/** What is said of a secret in place of the secret, whatever it is called. */
const STATE =
  /^(?:missing|required|optional|invalid|valid|wrong|incorrect|expired|revoked|rotated|empty|blank|unset|not|ok|hidden|unknown|default|current_\w+)$/i;
/** Settings, kinds and calls under the names of things that need not be secret: `cookie: off`, `auth: basic`, `session: redis`. */
const SETTING =
  /^(?:on|off|enabled|disabled|active|inactive|bearer|basic|digest|negotiate|ntlm|oauth2?|oidc|saml|ldap|jwt|jwks|jose|local|memory|redis|cookie|cookies|file|env|header|headers|query|database|strict|lax|secure|httponly|signed|include|omit|same-origin|string|number|boolean|object|function|name|value|create|update|delete|list|get|read|refresh|login|logout|csurf|bcrypt|bcryptjs|scrypt|argon2|pbkdf2|passport|keycloak|lucia|[HREP]S\d{3}|EdDSA|ed25519)$/i;
/** `jsonwebtoken`, `express-session`, `@fastify/cookie`: packages and modules that deal with it. */
const PLAIN_NAME = /^@?[a-z]+(?:[-/][a-z]+)*$/;
const SPEAKS_OF_SECRETS = /token|session|cookie|auth|passport|csrf|jwt|secret|credential|sign/;

/** Counts, states, classes, packages and calls that stand under a secret name: `keys: 12`, `auth: ok`, `JWT: jsonwebtoken`. */
export function isOrdinaryValue(name: string, value: string): boolean {
  if (STATE.test(value)) return true;
  if (/pass|pwd|secret/i.test(name)) return false;
  return (
    isCount(value) ||
    SETTING.test(value) ||
    // More than one: how many there are.
    (/(?:tokens|sessions|cookies|keys)$/i.test(name) && /^\d{1,9}$/.test(value)) ||
    (PLAIN_NAME.test(value) && SPEAKS_OF_SECRETS.test(value)) ||
    (/keys?$/i.test(name) && /^[a-z_-]+$/i.test(value) && isSecretName(value))
  );
}
