const secretWord =
  /^(?:.*(?:password|passwd|passphrase|secret|token|signature|(?:access|api|private)key)s?|credentials?)$/
const shortWord = /^(?:db|root|user|admin|sql|ssh|sudo|vault)?(?:pass|pwd|pw)\d*$/
const secretKey = /(?:^|_)(?:access|api|auth|encryption|master|private|secret|signing)_keys?(?:_|$)/

/**
 * Last words of names that are about a secret without holding it: `password_length`, `token_url`.
 */
const describingWords: ReadonlySet<string> = new Set([
  ...[
    'age',
    'algorithm',
    'count',
    'days',
    'dir',
    'enabled',
    'endpoint',
    'expires',
    'expiry',
    'file',
    'host',
    'id',
    'len',
    'length',
    'max',
    'method',
    'min',
  ],
  ...[
    'name',
    'path',
    'policy',
    'port',
    'prompt',
    'required',
    'size',
    'ttl',
    'type',
    'uri',
    'url',
    'user',
  ],
])

/**
 * Whether the name of a variable suggests a secret: `db_password`, `apiKey`, but not
 * `password_length`.
 */
export function soundsSecret(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
  if (describingWords.has(words.at(-1) ?? '')) return false
  return (
    words.some((word) => secretWord.test(word) || shortWord.test(word)) ||
    secretKey.test(words.join('_'))
  )
}
