import { present, unknown, type Fact, shellFact } from '../../core/fact.js'
import { sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import webhookMarksText from './mark.sh.js'

/**
 * A record on the host of the secret that a hook was given. GitHub never shows a secret, so later
 * runs compare with this.
 */
export interface WebhookMark {
  /** The hook's id on GitHub, and the name of the mark's file. */
  readonly hook: number
  /** A random salt in hex. */
  readonly salt: string
  /** HMAC-SHA256 of the secret with the salt, in hex. Empty for a damaged file. */
  readonly hmac: string
}

/** The directory of the marks, for root only. */
export const marksDirectory = '/var/lib/fettle/github'

/** The content of a mark's file. */
export const markText = ({ salt, hmac }: Pick<WebhookMark, 'salt' | 'hmac'>): string =>
  `1 ${salt} ${hmac}\n`

function parseLine(line: string): WebhookMark | null {
  const name = /^(\d+) /.exec(line)
  if (name === null) return null
  const mark = /^\d+ 1 ([0-9a-f]+) ([0-9a-f]{64})$/.exec(line)
  // A damaged file is a mark that matches no secret: setting the secret again does no harm.
  return { hook: Number(name[1]), salt: mark?.[1] ?? '', hmac: mark?.[2] ?? '' }
}

/**
 * All marks of the host in one block, because the id of a hook is not known when resources are
 * built. The key is always `all`.
 */
export const githubMarkFact = shellFact<'all', readonly WebhookMark[]>({
  name: 'github-mark',
  script: () => ({
    script: sh`${shellFunctions(webhookMarksText)}fettle_webhook_marks ${marksDirectory}`,
  }),
  parse(output, keys): readonly Fact<readonly WebhookMark[]>[] {
    const { code, stdout } = output
    if (code !== 0)
      return allUnknown(
        keys,
        `the marks of webhooks in ${marksDirectory} could not be read`,
        output,
        'act as root (become), and look at that directory on the host',
      )
    const marks = stdout
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map(parseLine)
    if (marks.includes(null))
      return keys.map(() =>
        unknown(
          `the marks of webhooks in ${marksDirectory} could not be understood`,
          'look at that directory on the host; its files may be removed',
        ),
      )
    return keys.map(() => present(marks.filter((mark) => mark !== null)))
  },
  recorded: {
    keys: ['all'],
    stdout:
      '4711 1 5d41402abc4b2a76b9719d911017c592 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n',
    facts: [
      present([
        {
          hook: 4711,
          salt: '5d41402abc4b2a76b9719d911017c592',
          hmac: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
        },
      ]),
    ],
  },
})
