/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

/** Values that are secrets by their form: prefixes of issuers, JSON web tokens, private keys. */
const FORMS: readonly string[] = [
  String.raw`-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY[A-Z ]*-----|$)`,
  String.raw`\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)*`,
  // Stripe, GitHub, GitLab, Slack
  String.raw`\b(?:sk|pk|rk)_(?:live|test)_\w+|\bwhsec_\w{8,}`,
  String.raw`\bgh[pousr]_\w{16,}|\bgithub_pat_\w{16,}`,
  String.raw`\bgl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent)-[\w-]{15,}`,
  String.raw`\bx(?:ox[a-z]|app)-[\w-]{8,}`,
  // AWS, Google, Azure, DigitalOcean
  String.raw`\bA(?:KIA|SIA|BIA|CCA)[0-9A-Z]{12,}`,
  String.raw`\bAIza[\w-]{30,}|\bya29\.[\w-]{16,}|\bGOCSPX-[\w-]{16,}`,
  String.raw`\bdo[opr]_v1_[\da-f]{20,}`,
  // Registries
  String.raw`\bnpm_\w{20,}|\bpypi-[\w-]{16,}|\brubygems_[\da-f]{20,}|\bdckr_pat_[\w-]{16,}`,
  // Models, mail, messages, shops
  String.raw`\bsk-(?:ant-|proj-|or-)?[\w-]{20,}|\bhf_\w{20,}`,
  String.raw`\bSG\.[\w-]{16,}\.[\w-]{16,}|\bkey-[\da-f]{32}\b|\b(?:SK|AC)[\da-f]{32}\b`,
  String.raw`\b\d{8,10}:AA[\w-]{30,}`,
  String.raw`\bshp(?:at|ca|pa|ss)_\w{16,}|\bsq0[a-z]{3}-[\w-]{16,}`,
  // Operations
  String.raw`\bhv[sbr]\.[\w-]{20,}|\bglsa_\w{20,}|\bglc_[\w=+/-]{20,}|\b(?:NRAK|PMAK|HRKU|ATATT)-?[\w=-]{16,}`,
  String.raw`\bpscale_(?:tkn|pw|oauth)_[\w.-]{16,}|\bdapi[\da-f]{32}|\blin_api_\w{16,}|\bdp\.[a-z]+\.\w{16,}|\bsbp_\w{16,}`,
  String.raw`\bAGE-SECRET-KEY-1\w+`,
];

export function redactForms(text: string): string {
  return text.replace(new RegExp(FORMS.join('|'), 'g'), REDACTED);
}

/** Long, of letters and digits mixed, with nothing of a path or a sentence in it: random, so probably a key. */
export function looksRandom(text: string, shortest: number = 32): boolean {
  return text.length >= shortest && /^(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9+_=~-]+$/.test(text);
}

/** `keys: 12`, `?code=200`: a number too short to be a secret. */
export function isCount(text: string): boolean {
  return /^\d{1,3}$/.test(text);
}

/** Stands for a value without being one: a variable, a pattern of a route, something redacted already. */
export function isPlaceholder(value: string): boolean {
  return /^(?:|\*+|x{3,}|\.{3}|…|true|false|null|undefined|none|yes|no|\[redacted.*|\?|\$\w+|\$?\{\{[^{}]*\}\}|\$?\{[\w.-]*\}|<[^<>]*>|:[A-Za-z]\w*)$/i.test(
    value,
  );
}
