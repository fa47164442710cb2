import { decoded, mostRead } from '../../core/decoded-text.js'
import { present, unknown, type Fact, shellFact } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import { Secret } from '../../core/secret.js'
import { allUnknown } from '../failure.js'
import answerText from './answer.sh.js'

/** A program of the user's that only reads. */
export interface AnswerKey {
  readonly argv: readonly string[]
  /** The statuses with which it has answered. */
  readonly codes: readonly number[]
  /** Seconds that it may take. */
  readonly timeout: number
  /** How messages call it. Default: the program. */
  readonly name?: string
  /** Its answer is a secret. */
  readonly secret: boolean
}

/** What a line of `answer.sh` holds; undefined where it cannot be understood. */
function partsOf(
  line: string,
): { readonly bytes: Buffer; readonly said: string; readonly status: number | null } | undefined {
  const [, answer, said] = /^([A-Za-z0-9+/=]*) ([A-Za-z0-9+/=]*)$/.exec(line) ?? []
  if (answer === undefined || said === undefined) return undefined
  const whole = Buffer.from(answer, 'base64')
  const words = Buffer.from(said, 'base64').toString().trim()
  const [end, status] = /\n(\d{1,3})\.$/.exec(whole.toString('latin1', whole.length - 6)) ?? []
  return end === undefined || whole.length - end.length > mostRead
    ? { bytes: whole, said: words, status: null }
    : { bytes: whole.subarray(0, -end.length), said: words, status: Number(status) }
}

/** Statuses of timeout(1) for what it has ended: busybox tells of the signal. */
const tooSlow: readonly number[] = [124, 137, 143]

/** Statuses of timeout(1) and sh(1) that are no answer, in words. */
const noAnswer: Readonly<Record<number, string>> = {
  125: 'could not be started',
  126: 'cannot be executed',
  127: 'was not found',
}

function factOf(line: string, key: AnswerKey): Fact<string | Secret> | undefined {
  const parts = partsOf(line)
  if (parts === undefined) return undefined
  const { bytes, said, status } = parts
  const { name: program = key.argv[0] ?? '' } = key
  const failed = (how: string, remedy: string): Fact<never> => unknown(`${program} ${how}`, remedy)
  if (status === null)
    return failed('has printed more than 1 MiB', 'have it print less: a read is never cut')
  if (!key.codes.includes(status)) {
    if (tooSlow.includes(status))
      return failed(`took longer than ${String(key.timeout)} s`, 'give it a longer timeout')
    const words = key.secret || said === '' ? '' : `: ${said}`
    return failed(
      `${noAnswer[status] ?? `ended with status ${String(status)}`}${words}`,
      'try it by hand on the host, or add the status to successCodes',
    )
  }
  const found = decoded(bytes)
  if ('wrong' in found) return unknown(`what ${program} prints ${found.wrong}`, found.remedy)
  const text = found.text.replace(/\n$/, '')
  return present(key.secret ? new Secret(text) : text)
}

/** What programs print on standard output, without the last line break. They must change nothing. */
export const answerFact = shellFact<AnswerKey, string | Secret>({
  name: 'answer',
  mostKeys: 2,
  script: (keys) => ({
    script: lines([
      shellFunctions(answerText),
      ...keys.map(({ argv, timeout }) => sh`fettle_ask ${timeout} ${mostRead} ${argv}`),
    ]),
  }),
  mayTake: (keys) => keys.reduce((sum, { timeout }) => sum + timeout + 5, 60),
  parse(output, keys) {
    const answers = output.stdout.toString('latin1').split('\n').slice(0, -1)
    const facts = keys.map((key, index) => factOf(answers[index] ?? '', key))
    const known = facts.filter((fact) => fact !== undefined)
    if (output.code === 0 && answers.length === keys.length && known.length === keys.length)
      return known
    return allUnknown(
      keys,
      'programs gave no answer',
      { ...output, stderr: '' },
      'try them by hand on the host',
    )
  },
  recorded: {
    keys: [
      { argv: ['cat', '/etc/debian_version'], codes: [0], timeout: 60, secret: false },
      { argv: ['cat', '/srv/none'], codes: [0], timeout: 60, secret: false },
    ],
    stdout: 'MTIuMTIKCjAu \nCjEu Y2F0OiAvc3J2L25vbmU6IE5vIHN1Y2ggZmlsZSBvciBkaXJlY3RvcnkK\n',
    facts: [
      present('12.12'),
      unknown(
        'cat ended with status 1: cat: /srv/none: No such file or directory',
        'try it by hand on the host, or add the status to successCodes',
      ),
    ],
  },
})
