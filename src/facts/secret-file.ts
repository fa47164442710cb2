import { absent, present, unknown, type Fact, type ShellFactKind } from '../core/fact.js'
import { lines, sh } from '../core/sh.js'
import { Secret } from '../core/secret.js'

/** Longer files hold something else. */
const longest = 4096

/** A secret is one line of text, with or without a line break at its end. */
function secretIn(bytes: Buffer, path: string): Fact<Secret> {
  const text = bytes.toString().replace(/\r?\n$/, '')
  const wrong = text === '' ? 'is empty' : bytes.length > longest ? 'is longer than a secret' : /[\0\r\n\ufffd]/.test(text) ? 'is not one line of text' : undefined
  return wrong === undefined ? present(new Secret(text)) : unknown(`${path} ${wrong}, so it holds no secret that could be used`, 'put the secret into it, or remove the file to have a new one made')
}

/** The secret in a file of the host. It is read by root, whoever the resource acts as. */
export const secretFileFact: ShellFactKind<string, Secret> = {
  backend: 'shell',
  name: 'secret-file',
  asSession: true,
  script: (paths) => ({
    script: lines([
      sh`secret_() {
  if [ -L "$1" ]; then echo link
  elif [ ! -e "$1" ]; then echo absent
  elif [ ! -f "$1" ] || [ ! -r "$1" ]; then echo closed
  else echo "has $(head -c ${longest + 1} -- "$1" | base64 -w0)"; fi
}`,
      ...paths.map((path) => sh`secret_ ${path}`),
    ]),
  }),
  parse({ code, stdout }, paths) {
    const answers = stdout.toString().split('\n').slice(0, -1)
    const understood = code === 0 && answers.length === paths.length && answers.every((answer) => /^(?:link|absent|closed|has [A-Za-z0-9+/=]*)$/.test(answer))
    // What was said instead may hold a secret and is not repeated.
    if (!understood) return paths.map((path) => unknown(`${path} could not be read`, 'see what head(1) and base64(1) say on the host'))
    return paths.map((path, index) => {
      const [word, data = ''] = answers[index]?.split(' ') ?? []
      if (word === 'absent') return absent
      if (word === 'has') return secretIn(Buffer.from(data, 'base64'), path)
      return unknown(word === 'link' ? `${path} is a symbolic link` : `${path} is no file that may be read`, 'a secret is kept in a regular file of root: remove what is there, or choose another path')
    })
  },
}
