import { decoded, mostRead } from '../../core/decoded-text.js'
import { absent, present, unknown, type Fact, shellFact } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { Secret } from '../../core/secret.js'
import { readFoundFiles, showContents } from './contents.js'
import hiddenText from './hidden.sh.js'
import textFileText from './text-file.sh.js'

/** A file whose text is wanted. */
export interface TextFileKey {
  readonly path: string
  /** Its text is a secret. */
  readonly secret: boolean
}

function factOf(bytes: Buffer, { path, secret }: TextFileKey): Fact<string | Secret> {
  const found = decoded(bytes)
  if ('wrong' in found)
    return unknown(`${path} ${found.wrong}`, found.remedy, { lacks: [`path:${path}`] })
  return present(secret ? new Secret(found.text) : found.text)
}

/** What `text-file.sh` says of what it does not show. */
const words = ['absent', 'closed', 'other']

/** The text of a file; a link is followed. */
export const textFileFact = shellFact<TextFileKey, string | Secret>({
  name: 'text-file',
  about: ({ path }) => `path:${path}`,
  elsewhere: (key, lead) => ({ ...key, path: lead(key.path) }),
  mostKeys: 3,
  script: (keys) => ({
    script: lines([
      shellFunctions(hiddenText),
      shellFunctions(textFileText),
      sh`set --`,
      ...keys.map(({ path }) => sh`fettle_text_file ${path} && set -- "$@" ${path}`),
      showContents(mostRead + 1),
    ]),
  }),
  parse({ code, stdout }, keys) {
    const found = code === 0 ? readFoundFiles(stdout, keys, words, mostRead + 1) : null
    // The output may hold a secret and is not repeated.
    if (found === null)
      return keys.map(({ path }) =>
        unknown(`${path} could not be read`, 'see what head(1) and stat(1) say on the host'),
      )
    return found.map(({ key, word, bytes }) => {
      const { path } = key
      if (word === 'absent') return absent
      if (word === 'has') return factOf(bytes, key)
      return word === 'other'
        ? unknown(`${path} is not a file`, 'choose another path', { lacks: [`path:${path}`] })
        : unknown(`${path} may not be read by this user`, 'use become, or let the user read it')
    })
  },
  recorded: {
    keys: ['/etc/debian_version', '/srv/none', '/etc'].map((path) => ({ path, secret: false })),
    stdout: 'has\nabsent\nother\n6\n12.12\n',
    facts: [
      present('12.12\n'),
      absent,
      unknown('/etc is not a file', 'choose another path', { lacks: ['path:/etc'] }),
    ],
  },
})
