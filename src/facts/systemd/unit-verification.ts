import { absent, present, shellFact, type Fact } from '../../core/fact.js'
import { inputLength, lines, sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import unitVerificationText from './unit-verification.sh.js'

/** The new content of a unit, and the shell line that verifies it. */
export interface UnitVerificationKey {
  /** Where its file is to be. */
  readonly path: string
  /** `%s` becomes the quoted path of the new file. */
  readonly line: string
  readonly content: string | Uint8Array
}

/** What the line has said. */
export interface UnitVerification {
  readonly isAccepted: boolean
  /** Whether it refuses the present file as well. */
  readonly refusesPresent: boolean
  readonly words: string
}

/** Seconds for one unit, on a slow host. */
const each = 10

function verificationIn(line: string): Fact<UnitVerification> | undefined {
  if (line === 'untried') return absent
  const [, status, presentStatus, words] =
    /^tried (\d+) (\d+|none) ([A-Za-z0-9+/=]*)$/.exec(line) ?? []
  if (words === undefined) return undefined
  return present({
    isAccepted: status === '0',
    refusesPresent: presentStatus !== 'none' && presentStatus !== '0',
    words: Buffer.from(words, 'base64').toString(),
  })
}

/** What systemd makes of new units, tried in memory. Absent where that was not possible. */
export const unitVerificationFact = shellFact<UnitVerificationKey, UnitVerification>({
  name: 'unit-verification',
  script: (keys) => ({
    script: lines([
      shellFunctions(unitVerificationText),
      ...keys.map(
        ({ path, line, content }) =>
          sh`fettle_try_unit ${line.replaceAll('%s', '"$1"')} ${inputLength(content)} ${path}`,
      ),
    ]),
    input: keys.map(({ content }) => content),
  }),
  mayTake: (keys) => 60 + each * keys.length,
  parse(output, keys) {
    const found = output.stdout.toString().split('\n').slice(0, -1).map(verificationIn)
    const facts = found.filter((fact) => fact !== undefined)
    if (output.code === 0 && found.length === keys.length && facts.length === keys.length)
      return facts
    return allUnknown(keys, 'units could not be verified', output, 'see systemd-analyze verify')
  },
  recorded: {
    keys: [
      { path: '/etc/systemd/system/a.service', line: 'verify %s', content: '[Service]\n' },
      { path: '/etc/systemd/system/b.service', line: 'verify %s', content: '[Unit]\n' },
      { path: '/etc/systemd/system/c.service', line: 'verify %s', content: '' },
    ],
    stdout: 'tried 1 0 c3ludGF4IGVycm9yCg==\nuntried\ntried 0 none \n',
    facts: [
      present({ isAccepted: false, refusesPresent: false, words: 'syntax error\n' }),
      absent,
      present({ isAccepted: true, refusesPresent: false, words: '' }),
    ],
  },
})
