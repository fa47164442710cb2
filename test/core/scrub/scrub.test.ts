import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { hide, scrub, scrubAll, ScrubbedLines, showsSecret } from '../../../src/core/scrub/scrub.js'
import { Secret } from '../../../src/core/secret.js'

const token = 'tok-9f8e7d6c5b4a-Canary/Tail+x'
const odd = `it's "5" 100% o$dd\\ca&<n>ary/é`
const pem = [
  '-----BEGIN PRIVATE KEY-----',
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7',
  'VJTUt9Us8cKjMzEfYyjiWA4R4ypbHqGC0H0=',
  '-----END PRIVATE KEY-----',
].join('\n')
for (const text of [token, odd, pem]) new Secret(text)

const bytes = (text: string): readonly number[] => [...Buffer.from(text)]
const byteHex = (text: string): readonly string[] =>
  bytes(text).map((byte) => byte.toString(16).padStart(2, '0'))
const every = (text: string, form: (byte: number) => string): string =>
  bytes(text).map(form).join('')
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const inWords = (hex: string): string => hex.replace(/(.{4})(?=.)/g, '$1 ')
const even = (text: string): Buffer =>
  Buffer.from(Buffer.byteLength(text) % 2 === 0 ? text : `${text}\0`)
const number = (letter: string, radix: number): string => letter.charCodeAt(0).toString(radix)
const folded = (text: string, columns: number): string =>
  text.replace(new RegExp(`(.{${String(columns)}})(?=.)`, 'g'), '$1\n')

/** As xxd(1) and `hexdump -C` show it: sixteen bytes in a line. */
function dump(
  text: string,
  line: (offset: string, hex: readonly string[], characters: string) => string,
): string {
  const all = Buffer.from(text)
  const lines: string[] = []
  for (let at = 0; at < all.length; at += 16) {
    const part = all.subarray(at, at + 16)
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, '0'))
    lines.push(
      line(at.toString(16).padStart(8, '0'), hex, part.toString('latin1').replace(/[^ -~]/g, '.')),
    )
  }
  return lines.join('\n')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

const forms: readonly (readonly [name: string, form: (text: string) => string])[] = [
  ['as it is', (text) => text],
  ['hexadecimal', (text) => byteHex(text).join('')],
  ['hexadecimal, in capitals', (text) => byteHex(text).join('').toUpperCase()],
  ['hexadecimal behind a digit', (text) => `a${byteHex(text).join('')}`],
  ['hexadecimal with spaces (od -An -tx1)', (text) => byteHex(text).join(' ')],
  ['hexadecimal with colons', (text) => byteHex(text).join(':')],
  [
    'hexadecimal with 0x (xxd -i)',
    (text) =>
      byteHex(text)
        .map((byte) => `0x${byte}`)
        .join(', '),
  ],
  [
    'hexadecimal in words (xxd without its columns)',
    (text) => inWords(Buffer.from(text).toString('hex')),
  ],
  [
    'hexadecimal in words of a small-endian machine (od -An -x)',
    (text) => inWords(even(text).swap16().toString('hex')),
  ],
  ['hexadecimal, folded (xxd -p)', (text) => folded(byteHex(text).join(''), 20)],
  ['a Buffer as util.inspect shows it', (text) => `<Buffer ${byteHex(text).join(' ')}>`],
  ['a Buffer as JSON', (text) => JSON.stringify(Buffer.from(text))],
  ['a Buffer as JSON, indented', (text) => JSON.stringify(Buffer.from(text), null, 2)],
  [
    'octal (od -An -b)',
    (text) =>
      bytes(text)
        .map((byte) => byte.toString(8).padStart(3, '0'))
        .join(' '),
  ],
  ['base64', base64],
  ['base64 behind one byte', (text) => base64(`:${text}`)],
  ['base64 behind two bytes', (text) => base64(`u:${text}`)],
  ['base64 of a Basic header', (text) => `Basic ${base64(`user:${text}`)}`],
  ['base64 behind letters', (text) => `key=x${base64(text)}`],
  ['base64url', (text) => Buffer.from(`ÿÿÿ${text}`).toString('base64url')],
  ['base64, folded', (text) => folded(base64(text), 12)],
  ['base64, folded and indented', (text) => folded(base64(text), 12).replaceAll('\n', '\r\n    ')],
  ['base64 of base64', (text) => base64(base64(`user:${text}`))],
  ['base64 of JSON', (text) => base64(JSON.stringify({ auth: text }))],
  ['base64 in JSON, folded', (text) => JSON.stringify(folded(base64(text), 12))],
  ['base64, percent-encoded', (text) => encodeURIComponent(base64(text))],
  ['percent-encoded as a part of a URL', encodeURIComponent],
  ['percent-encoded as a URL', encodeURI],
  [
    'percent-encoded in small letters',
    (text) => encodeURIComponent(text).replace(/%../g, (byte) => byte.toLowerCase()),
  ],
  [
    'percent-encoded as a form',
    (text) => new URLSearchParams({ text }).toString().slice('text='.length),
  ],
  [
    'percent-encoded altogether',
    (text) => every(text, (byte) => `%${byte.toString(16).padStart(2, '0')}`),
  ],
  ['percent-encoded twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['JSON', (text) => JSON.stringify(text).slice(1, -1)],
  ['JSON in JSON', (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3)],
  ['JSON with \\/', (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/')],
  [
    'JSON with \\u for all but ASCII',
    (text) =>
      JSON.stringify(text)
        .slice(1, -1)
        .replace(/[^ -~]/g, (letter) => `\\u00${number(letter, 16)}`),
  ],
  [
    'JSON with \\u for everything',
    (text) => [...text].map((letter) => `\\u00${number(letter, 16).toUpperCase()}`).join(''),
  ],
  ['a URL in JSON', (text) => JSON.stringify(`"${encodeURI(text)}`).slice(3, -1)],
  ['a word of a shell in apostrophes', (text) => text.replaceAll("'", `'\\''`)],
  ['a word of a shell as Python writes it', (text) => text.replaceAll("'", `'"'"'`)],
  ['a word of a shell in quotes', (text) => text.replace(/[\\"$`]/g, '\\$&')],
  ['a word of a shell behind backslashes', (text) => text.replace(/[^A-Za-z0-9é]/g, '\\$&')],
  [
    "a word of a shell as $'…'",
    (text) =>
      every(text, (byte) =>
        byte > 0x7e ? `\\${byte.toString(8)}` : String.fromCharCode(byte).replace(/[\\']/, '\\$&'),
      ),
  ],
  [
    'a word of a shell within JSON',
    (text) => JSON.stringify(text.replaceAll("'", `'\\''`)).slice(1, -1),
  ],
  [
    'JSON within a word of a shell',
    (text) => JSON.stringify(text).slice(1, -1).replaceAll("'", `'\\''`),
  ],
  ['C, in hexadecimal', (text) => every(text, (byte) => `\\x${byte.toString(16)}`)],
  ['SQL and YAML in apostrophes', (text) => text.replaceAll("'", "''")],
  ['SQL with backslashes', (text) => text.replace(/[\\'"]/g, '\\$&')],
  ['CSV', (text) => text.replaceAll('"', '""')],
  ['a setting of systemd', (text) => text.replaceAll('%', '%%').replace(/[\\"]/g, '\\$&')],
  ['a file of make or compose', (text) => text.replaceAll('$', '$$$$')],
  [
    'a command of systemd',
    (text) => text.replaceAll('%', '%%').replaceAll('$', '$$$$').replace(/[\\"]/g, '\\$&'),
  ],
  [
    'systemd-escape',
    (text) =>
      Buffer.from(text)
        .toString('latin1')
        .replace(/[^A-Za-z0-9:_.]/g, (letter) =>
          letter === '/' ? '-' : `\\x${number(letter, 16)}`,
        ),
  ],
  ['XML', (text) => text.replace(/[&<>"']/g, (letter) => entities[letter] ?? '')],
  [
    'HTML, by numbers',
    (text) => text.replace(/[&<>"'/é]/g, (letter) => `&#${number(letter, 10)};`),
  ],
  [
    'HTML, by hexadecimal numbers',
    (text) => text.replace(/[&<>"'/é]/g, (letter) => `&#x${number(letter, 16)};`),
  ],
  [
    'JSON within HTML',
    (text) =>
      JSON.stringify(text)
        .slice(1, -1)
        .replace(/[&<>"]/g, (letter) => entities[letter] ?? ''),
  ],
  ['UTF-8 read as Latin-1', (text) => Buffer.from(text).toString('latin1')],
  [
    'with a part in colour',
    (text) => `${text.slice(0, 5)}\x1b[01;31m\x1b[K${text.slice(5, 9)}\x1b[m\x1b[K${text.slice(9)}`,
  ],
  ['struck over', (text) => text.replace(/[a-z]/g, '$&\b$&')],
  ['folded', (text) => folded(text, 7)],
  ['folded and indented', (text) => folded(text, 7).replaceAll('\n', '\r\n\t  ')],
  [
    'letter by letter (od -An -c)',
    (text) =>
      text
        .split('')
        .map((letter) => `   ${letter === '\\' ? '\\\\' : letter}`)
        .join(''),
  ],
]

/** Parts of a secret that are left in a text in readable form. */
function left(shown: string, text: string): readonly string[] {
  const parts = [...text]
    .map((_, index) => text.slice(index, index + 5))
    .filter((part) => part.length === 5)
  return parts.filter((part) => shown.includes(part))
}

describe.each(forms)('a secret encoded as %s', (_, form) => {
  test.each([
    ['token', token],
    ['odd text', odd],
  ])('is hidden: %s', (__, text) => {
    const written = form(text)
    const shown = scrub(`before ${written} after`)
    expect(shown).toMatch(/^before .*\[secret\].* after$/s)
    expect(left(shown, text)).toEqual([])
    // The rest is the text around it.
    expect(shown.length).toBeLessThan('before [secret] after'.length + written.length / 6 + 24)
  })
})

describe('dumps', () => {
  type Line = Parameters<typeof dump>[1]
  const xxd: Line = (offset, hex, characters) =>
    `${offset}: ${inWords(hex.join('')).padEnd(39)}  ${characters}`
  const hexdump: Line = (offset, hex, characters) =>
    `${`${offset}  ${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`.padEnd(60)}|${characters}|`
  const od: Line = (offset, hex) =>
    `${Number.parseInt(offset, 16).toString(8).padStart(7, '0')} ${hex.join(' ')}`
  const words: Line = (offset, hex) =>
    `${offset.slice(1)} ${inWords(
      even(Buffer.from(hex.join(''), 'hex').toString())
        .swap16()
        .toString('hex'),
    )}`

  test.each([
    ['xxd', xxd],
    ['hexdump -C', hexdump],
    ['od -tx1', od],
    ['hexdump', words],
  ])('%s, over several lines, with the characters beside them', (_, line) => {
    for (const before of ['', 'x', 'PASSWORD=', '0123456789abcde']) {
      const shown = scrub(dump(`${before}${token}\nand more`, line))
      expect(shown).toContain('[secret]')
      expect(left(shown, token)).toEqual([])
      expect(shown).not.toMatch(new RegExp(byteHex(token).slice(4, 8).join(' ?')))
    }
  })

  test.each([
    ['xxd', xxd],
    ['hexdump -C', hexdump],
    ['od -tx1', od],
  ])('%s, each line by itself', (_, line) => {
    for (const single of dump(`PASSWORD=${token}\n`, line).split('\n')) {
      const shown = scrub(single)
      expect(left(shown, token)).toEqual([])
      expect(shown).toContain('[secret]')
    }
  })
})

describe('secrets with common parts', () => {
  new Secret('hunter2')
  new Secret('hunter2-prod-CANARYtail')
  new Secret('prod-CANARYtail-and-more')
  test.each([
    ['the longer of two that begin alike', 'x hunter2-prod-CANARYtail.', 'x [secret].'],
    ['the shorter', 'x hunter2.', 'x [secret].'],
    ['two that overlap', 'x hunter2-prod-CANARYtail-and-more.', 'x [secret].'],
    ['two side by side', 'x hunter2hunter2.', 'x [secret].'],
    ['two apart', 'hunter2 hunter2', '[secret] [secret]'],
  ])('%s', (_, text, shown) => expect(scrub(text)).toBe(shown))
})

describe('a secret of several lines', () => {
  test('is hidden as a whole', () => {
    expect(scrub(`a\n${pem}\nb`)).toBe('a\n[secret]\nb')
    expect(scrub(JSON.stringify({ pem }))).toBe('{"pem":"[secret]"}')
    expect(scrub(pem.replaceAll('\n', '\r\n'))).toBe('[secret]')
    expect(scrub(Buffer.from(`x${pem}`).toString('base64'))).toMatch(/^eC?\[secret\]=*$/)
  })

  test.each(pem.split('\n'))('in each of its lines: %s', (line) => {
    expect(scrub(`+ grep ${line}`)).toBe('+ grep [secret]')
    expect(scrub(`3:  ${line}\\n`)).toBe('3:  [secret]\\n')
    expect(scrub(Buffer.from(`..${line}`).toString('base64'))).toContain('[secret]')
  })

  test('but not a short line of it alone', () => {
    new Secret('{\n  "user": "x",\n  }\n')
    expect(scrub('{ }')).toBe('{ }')
  })
})

describe('secrets within a secret', () => {
  new Secret('mysql+pymysql://app:p%40ss-0815@localhost:3306/demo')
  new Secret('host=db.example.org user=app password=dsn-0815-pw')
  const key = '-----BEGIN KEY-----\njson-line-0815-abcdef\n'
  new Secret(
    JSON.stringify({
      private_key: key,
      client_email: 'a@example.org',
      token_uri: 'https://example.org/token',
    }),
  )
  new Secret('DB_PASSWORD="file-0815-pw"\nWORKERS=3\n')
  test.each([
    ["a URL's password", 'denied for app (p%40ss-0815)', 'denied for app ([secret])'],
    ['the same without its encoding', 'password p@ss-0815', 'password [secret]'],
    ['a password behind its name', 'FATAL dsn-0815-pw', 'FATAL [secret]'],
    ['a line of a text in JSON', 'bad line json-line-0815-abcdef', 'bad line [secret]'],
    [
      'a password behind its name, in a file of several lines',
      'wrong: file-0815-pw',
      'wrong: [secret]',
    ],
  ])('%s', (_, text, shown) => expect(scrub(text)).toBe(shown))

  test('but not their public parts', () => {
    new Secret('DB_PASSWORD=queue-0815-token\n')
    const text =
      'a@example.org at https://example.org/token, localhost:3306/demo, DB_PASSWORD changed'
    expect(scrub(text)).toBe(text)
  })
})

describe('equivalents of a secret', () => {
  test('its hash in MariaDB, with or without the star, in either case', () => {
    new Secret('mariadb-0815')
    const hash = createHash('sha1')
      .update(createHash('sha1').update('mariadb-0815').digest())
      .digest('hex')
    expect(scrub(`*${hash.toUpperCase()} ${hash}`)).toBe('*[secret] [secret]')
  })

  test('a hexadecimal secret in the other case', () => {
    new Secret('00ff11ee22dd33cc')
    expect(scrub('00FF11EE22DD33CC')).toBe('[secret]')
  })
})

describe('a secret that is compound of others and plain text', () => {
  new Secret('[client]\nuser=compound\npassword=whatever-0815', true)
  test('is found as a whole, and so are its secret parts, but not its plain lines', () => {
    expect(scrub('> [client]\nuser=compound\npassword=whatever-0815 <')).toBe('> [secret] <')
    expect(scrub('[client] user=compound password=whatever-0815')).toMatch(/\[secret\]$/)
    expect(scrub('unknown section [client], user=compound')).toBe(
      'unknown section [client], user=compound',
    )
  })
})

describe('values that are too short or too common', () => {
  const words = [
    'a',
    'ab',
    'abc',
    'root',
    'demo',
    'Admin',
    'web',
    'changed',
    'failed',
    'file',
    'localhost',
    'password',
  ]
  const values = [...words, 'Production', 'service', '8080', '3306', '12345']
  for (const value of values) new Secret(value)
  test.each(values)('%s stays readable', (value) => {
    const text = `web1: changed: ~ file[/root/.ssh/${value}]: mode 0644 → 0600, ${value}`
    expect(scrub(text)).toBe(text)
  })

  test.each(['a1b2', 'pa$s', '123456', 'CANARY', 'qwertzuiop'])('%s does not', (value) => {
    new Secret(value)
    expect(scrub(`is ${value}.`)).toBe('is [secret].')
  })
})

describe('text with something cut out', () => {
  new Secret('Canary!one-two')
  const [first, second] = ['Canary!', 'one-two']
  test.each([
    [
      'by Fettle, behind the first half',
      `x ${first}\n[… 4711 bytes left out …]\nrest`,
      'x [secret]\n[… 4711 bytes left out …]\nrest',
    ],
    [
      'by Fettle, before the second half',
      `begin\n[… 4711 bytes left out …]\n${second} x`,
      'begin\n[… 4711 bytes left out …]\n[secret] x',
    ],
    ['by a program that ends with dots', `token ${first}...`, 'token [secret]...'],
    ['by a program that ends with stars', `token ${token.slice(0, 4)}****`, 'token [secret]****'],
    ['by an ellipsis', `…${second} at line 1`, '…[secret] at line 1'],
    [
      'in base64',
      `x ${base64(`user:${first}`)}\n[… 1 bytes left out …]\n`,
      /^x \w+\[secret\]\w?=*\n\[… 1/,
    ],
    [
      'a token by its first letters, or more of them',
      `${token.slice(0, 8)} or ${token.slice(0, 20)} was revoked`,
      '[secret] or [secret] was revoked',
    ],
  ])('%s', (_, text, shown) =>
    expect(scrub(text)).toEqual(typeof shown === 'string' ? shown : expect.stringMatching(shown)),
  )

  test('halves are recognised at a cut only', () => {
    expect(scrub(`x ${first}`)).toBe(`x ${first}`)
    expect(scrub(`x ${first}`, [`x ${first}`.length])).toBe('x [secret]')
    expect(scrub(`${second} x`, [0])).toBe('[secret] x')
    // Three letters reveal little and are part of many words.
    expect(scrub('x Can', [5])).toBe('x Can')
  })
})

describe('lines that arrive in pieces', () => {
  /** The lines for a sequence of pieces, and the incomplete one at the end. */
  function told(...pieces: readonly string[]): readonly string[] {
    const lines = new ScrubbedLines()
    const heard = pieces.flatMap((piece) => lines.push(piece))
    return lines.isOpen ? [...heard, lines.flush()] : heard
  }

  test.each<readonly [string, readonly string[], readonly (string | RegExp)[]]>([
    ['whole pieces', ['a ', token, ' b'], ['a [secret] b']],
    ['a secret in two pieces', [`a ${token.slice(0, 1)}`, `${token.slice(1)} b`], ['a [secret] b']],
    [
      'a secret in three',
      [`a ${token.slice(0, 5)}`, token.slice(5, 20), `${token.slice(20)} b`],
      ['a [secret] b'],
    ],
    [
      'a secret over two lines',
      [`a ${token.slice(0, 9)}\n`, `${token.slice(9)}\nb`],
      ['a [secret]', '[secret]', 'b'],
    ],
    [
      'a secret over two lines that come at once',
      [`a ${token.slice(0, 9)}\n${token.slice(9)}\nb\n`],
      ['a [secret]', 'b'],
    ],
    [
      'something between the halves',
      [`a ${token.slice(0, 9)}`, 'other\n', `${token.slice(9)} b\n`],
      ['a [secret]other', '[secret] b'],
    ],
    ['the same twice', [`${token}\n`, `${token}\n`], ['[secret]', '[secret]']],
    [
      'a secret of several lines, line by line',
      pem.split(/(?<=\n)/),
      pem.split('\n').map(() => '[secret]'),
    ],
    [
      'hexadecimal in pieces',
      [byteHex(token).slice(0, 5).join(' '), ` ${byteHex(token).slice(5).join(' ')}\n`],
      ['[secret]'],
    ],
    [
      'base64 that is folded, line by line',
      folded(base64(`user:${token}`), 16).split(/(?<=\n)/),
      [/^dXNlcj\[secret\]$/, /\[secret\]/, /\[secret\]/],
    ],
    ['a line without a secret', ['a', 'b\n\nc'], ['ab', '', 'c']],
  ])('%s', (_, pieces, expected) => {
    const lines = told(...pieces)
    expect(lines).toEqual(
      expected.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))),
    )
    expect(left(lines.join('\n'), token)).toEqual([])
  })

  test('a line that is returned incomplete, and the rest of it', () => {
    const lines = new ScrubbedLines()
    expect(lines.push(`a ${token.slice(0, 12)}`)).toEqual([])
    expect(lines.flush()).toBe('a [secret]')
    expect(lines.push(`${token.slice(12)} b\n`)).toEqual(['[secret] b'])
  })

  test('of an incomplete line only the end is kept', () => {
    const lines = new ScrubbedLines(['\n', '\r'], 100)
    expect(lines.push(`10%\r20%\r${'x'.repeat(200)}${token}${'y'.repeat(80)}`)).toEqual([
      '10%',
      '20%',
    ])
    // It starts in the middle of the secret.
    expect(lines.push('\n')).toEqual([`[secret]${'y'.repeat(80)}`])
  })
})

describe('passwords in URLs that are not known secrets', () => {
  test.each([
    ['http://user:pw@host/path', 'http://user:[secret]@host/path'],
    ['postgres://app:p@ss@db:5432/x', 'postgres://app:[secret]@db:5432/x'],
    ['https://u:pa/ss@host/x@y', 'https://u:[secret]@host/x@y'],
    ['https://ghp_0123456789abcdef0123@github.com/a/b', 'https://[secret]@github.com/a/b'],
    [
      '(see https://u:p1@a/, https://v:p2@b/)',
      '(see https://u:[secret]@a/, https://v:[secret]@b/)',
    ],
    [
      'https://host/simple?user=x&access_token=abc&page=2',
      'https://host/simple?user=x&access_token=[secret]&page=2',
    ],
    ['https://:pw@host', 'https://:[secret]@host'],
    [
      'https://u:p1@a/?next=https://v:p2@b/&token=t3',
      'https://u:[secret]@a/?next=https://v:[secret]@b/&token=[secret]',
    ],
    ['https://host:8080/a@b', 'https://host:8080/a@b'],
    ['http://[::1]:8080/x@y', 'http://[::1]:8080/x@y'],
    ['ssh://git@host:22/x', 'ssh://git@host:22/x'],
    ['git@github.com:acme/demo.git', 'git@github.com:acme/demo.git'],
    ['https://host/?page=2#a:b@c', 'https://host/?page=2#a:b@c'],
  ])('%s', (text, shown) => expect(scrub(text)).toBe(shown))
})

describe('passwords in command lines that are not known secrets', () => {
  test.each([
    ['sshpass -p pass-1 ssh -W h:22 gate', 'sshpass -p [secret] ssh -W h:22 gate'],
    ["sshpass -v -p'pass 1' ssh", "sshpass -v -p'[secret]' ssh"],
    [
      'mysql -u root -pSECRET -e x | mysqldump -proot db',
      'mysql -u root -p[secret] -e x | mysqldump -p[secret] db',
    ],
    ['mariadb-dump -p db -P 3306 --protocol=tcp', 'mariadb-dump -p db -P 3306 --protocol=tcp'],
    ['curl -s -u user:pw https://h/', 'curl -s -u user:[secret] https://h/'],
    ['pg --password=pw-1 --db-password="pw-2"', 'pg --password=[secret] --db-password="[secret]"'],
    ['pg --password-file=/x --tokens=3', 'pg --password-file=/x --tokens=3'],
    ['mkdir -p /srv/mysql -m 0755', 'mkdir -p /srv/mysql -m 0755'],
  ])('%s', (text, shown) => expect(scrub(text)).toBe(shown))
})

test('plain data is scrubbed at any depth; other values are kept', () => {
  expect(scrubAll({ a: [token, 1, null, { b: `x ${token}` }], c: true })).toEqual({
    a: ['[secret]', 1, null, { b: 'x [secret]' }],
    c: true,
  })
  expect(scrubAll([{ host: token, id: token }], ['host'])).toEqual([
    { host: token, id: '[secret]' },
  ])
})

test('a hidden text may be an argument of a program, a Secret may not', () => {
  hide('only-hidden-0815')
  expect(scrub('only-hidden-0815')).toBe('[secret]')
  expect(showsSecret('ssh -l only-hidden-0815')).toBe(false)
  expect(showsSecret(`sshpass -p ${token} ssh`)).toBe(true)
})

test('a text that is longer than a window', () => {
  for (const before of [65_530, 57_340, 57_344, 65_536, 131_000]) {
    expect(scrub(`${'x y '.repeat(before / 4)}${token} z`)).toBe(
      `${'x y '.repeat(before / 4)}[secret] z`,
    )
  }
  const long = Array.from({ length: 900 }, (_, index) => `${String(index)}!`).join('')
  new Secret(long)
  expect(scrub(`a ${long} b`)).toBe('a [secret] b')
  expect(
    scrub(`${'x y '.repeat(16_000)}${every(long, (byte) => `%${byte.toString(16)}`)} b`),
  ).toMatch(/ \[secret\] b$/)
})

test('a text that was clean before a secret was known is hidden afterwards', () => {
  expect(scrub('later-0815')).toBe('later-0815')
  new Secret('later-0815')
  expect(scrub('later-0815')).toBe('[secret]')
})
