import { present, unknown, type Fact, type ShellFactKind } from '../../core/fact.js'
import { sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import webhookMarksText from './mark.sh.js'

/**
 * What a run leaves on the host about the secret that it gave a hook: GitHub never shows a secret,
 * so this is how it is known again.
 */
export interface WebhookMark {
  /** The hook's id on GitHub: the name of the mark's file. */
  readonly hook: number
  /** Random, in hex. */
  readonly salt: string
  /** HMAC-SHA256 of the secret under the salt, in hex. Empty when the file does not hold a mark. */
  readonly hmac: string
}

/** Where marks are kept, root only. */
export const marksDirectory = '/var/lib/fettle/github'

/** The text of a mark's file. */
export const markText = ({ salt, hmac }: Pick<WebhookMark, 'salt' | 'hmac'>): string =>
  `1 ${salt} ${hmac}\n`

function parseLine(line: string): WebhookMark | null {
  const name = /^(\d+) /.exec(line)
  if (name === null) return null
  const mark = /^\d+ 1 ([0-9a-f]+) ([0-9a-f]{64})$/.exec(line)
  // A damaged file is a mark that fits no secret: setting the secret again harms nothing.
  return { hook: Number(name[1]), salt: mark?.[1] ?? '', hmac: mark?.[2] ?? '' }
}

/**
 * All marks of the host, in one block: a hook's id is not known when resources are built. The key
 * is always `all`.
 */
export const githubMarkFact: ShellFactKind<'all', readonly WebhookMark[]> = {
  backend: 'shell',
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
}
