import { split } from '../../core/enter.js'
import { absent, present, shellFact, type Fact } from '../../core/fact.js'
import { modeText } from '../../core/mode.js'
import type { Secret } from '../../core/secret.js'
import { inputLength, lines, sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import validationText from './validation.sh.js'

/** A new file, and the shell line that is to judge it. */
export interface ValidationKey {
  readonly path: string
  /** `%s` becomes the quoted path of the new file. */
  readonly line: string
  readonly content: string | Uint8Array | Secret
  readonly mode: number
  /** For chown(1): `app`, `app:33`, `:adm`. Left out: the one who tries it. */
  readonly account?: string
}

/** What a line has said. */
export interface Validated {
  readonly status: number
  /** What it makes of the present content, tried in the same way; null where that was not asked. */
  readonly presentStatus: number | null
  /** The folder that the file was in. */
  readonly folder: string
  readonly words: string
}

/** Statuses that say nothing of the file: too late, not to be run, killed. */
const noAnswer: readonly number[] = [124, 125, 126, 137]

/** Whether a line has refused the new file. */
export const isRefused = (found: Validated | null): found is Validated =>
  found !== null && found.status !== 0 && !noAnswer.includes(found.status)

/** Longer files are not tried. */
export const mostTried = 1024 * 1024

/** Seconds that a line may take for one content. */
const limit = 60

function validatedIn(line: string): Fact<Validated> | undefined {
  if (line === 'untried') return absent
  const [, status, presentStatus, folder, words] =
    /^tried (\d+) (\d+|none) (\/[^ ]+) ([A-Za-z0-9+/=]*)$/.exec(line) ?? []
  if (folder === undefined || words === undefined) return undefined
  return present({
    status: Number(status),
    presentStatus: presentStatus === 'none' ? null : Number(presentStatus),
    folder,
    words: Buffer.from(words, 'base64').toString(),
  })
}

/**
 * What shell lines make of new files, tried in a folder in memory that is removed again. Absent where
 * that was not possible. Lines of users must change nothing.
 */
export const validationFact = shellFact<ValidationKey, Validated>({
  name: 'validation',
  script: (keys) => ({
    script: lines([
      shellFunctions(validationText),
      sh`judging_seconds=${limit} most_tried=${mostTried}`,
      ...keys.map(({ path, line, content, mode, account = '' }) => {
        const { directory, name } = split(path)
        const asked = line.replaceAll('%s', '"$1"')
        return sh`fettle_try_validation ${directory} ${name} ${asked} ${inputLength(content)} ${account} ${`0${modeText(mode)}`}`
      }),
    ]),
    input: keys.map(({ content }) => content),
  }),
  mayTake: (keys) => 60 + keys.length * 2 * (limit + 5),
  parse(output, keys) {
    const found = output.stdout.toString().split('\n').slice(0, -1).map(validatedIn)
    const facts = found.filter((fact) => fact !== undefined)
    if (output.code === 0 && found.length === keys.length && facts.length === keys.length)
      return facts
    return allUnknown(
      keys,
      'new files could not be tried',
      output,
      'try the line by hand on the host',
    )
  },
  recorded: {
    keys: [
      { path: '/etc/app.conf', line: 'app -t %s', content: 'port=x\n', mode: 0o644 },
      { path: '/srv/motd', line: 'grep -q . %s', content: 'hello\n', mode: 0o644 },
    ],
    stdout: 'tried 1 0 /dev/shm/fettle-try.8BbNcOfd/files c3ludGF4IGVycm9yCg==\nuntried\n',
    facts: [
      present({
        status: 1,
        presentStatus: 0,
        folder: '/dev/shm/fettle-try.8BbNcOfd/files',
        words: 'syntax error\n',
      }),
      absent,
    ],
  },
})
