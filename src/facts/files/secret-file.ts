import { absent, present, unknown, type Fact, shellFact } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { Secret } from '../../core/secret.js'
import { readFoundFiles, showContents } from './contents.js'
import secretFileText from './secret-file.sh.js'

/** A longer file cannot be a secret. */
const longest = 4096

/** Reads a secret from the bytes of its file: one line of text, with or without a line break. */
function secretIn(bytes: Buffer, path: string): Fact<Secret> {
  const text = bytes.toString().replace(/\r?\n$/, '')
  const useless = (why: string): Fact<Secret> =>
    unknown(
      `${path} ${why}, so it holds no secret that could be used`,
      'put the secret into it, or remove the file to have a new one made',
      { lacks: [`path:${path}`] },
    )
  if (text === '') return useless('is empty')
  if (bytes.length > longest) return useless('is longer than a secret')
  if (/[\0\r\n\ufffd]/.test(text)) return useless('is not one line of text')
  return present(new Secret(text))
}

/** What `secret-file.sh` says of what it does not show. */
const words = ['link', 'absent', 'closed']

/** The secret in a file of the host. Root reads it, whichever user the resource acts as. */
export const secretFileFact = shellFact<string, Secret>({
  name: 'secret-file',
  asSession: true,
  about: (path) => `path:${path}`,
  elsewhere: (path, lead) => lead(path),
  script: (paths) => ({
    script: lines([
      shellFunctions(secretFileText),
      sh`set --`,
      ...paths.map((path) => sh`fettle_secret_file ${path} && set -- "$@" ${path}`),
      showContents(longest + 1),
    ]),
  }),
  parse({ code, stdout }, paths) {
    const found = code === 0 ? readFoundFiles(stdout, paths, words, longest + 1) : null
    // The output may hold a secret and is not repeated.
    if (found === null)
      return paths.map((path) =>
        unknown(`${path} could not be read`, 'see what head(1) and stat(1) say on the host'),
      )
    return found.map(({ key: path, word, bytes }) => {
      if (word === 'absent') return absent
      if (word === 'has') return secretIn(bytes, path)
      return unknown(
        word === 'link' ? `${path} is a symbolic link` : `${path} is no file that may be read`,
        'a secret is kept in a regular file of root: remove what is there, or choose another path',
        { lacks: [`path:${path}`] },
      )
    })
  },
  recorded: {
    keys: ['/srv/app/key', '/srv/none'],
    stdout: 'has\nabsent\n9\nabcdefgh\n',
    // Made on demand, because the text of every Secret is hidden in all output from then on.
    get facts() {
      return [present(new Secret('abcdefgh')), absent]
    },
  },
})
