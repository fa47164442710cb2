import { sh, type Sh } from './sh.js'

/**
 * Shell that prints why an action fails. The sentence becomes the message of the error, with the
 * output of programs below it.
 * @param remedy what to do about it. Default: the catalogue's remedy for a failed action
 */
export const explain = (reason: string | Sh, remedy?: string | Sh): Sh =>
  remedy === undefined
    ? sh`printf 'fettle: %s\\n' ${reason} >&2`
    : sh`printf 'fettle: %s\\nfettle, remedy: %s\\n' ${reason} ${remedy} >&2`

/** `explain`, then exit with status 1. */
export const refuse = (reason: string | Sh, remedy?: string | Sh): Sh =>
  sh`{ ${explain(reason, remedy)}; exit 1; }`

/** Standard error of an action, parsed. */
export interface Explanation {
  /** The last sentence of `explain`; null without one. */
  readonly reason: string | null
  readonly remedy: string | null
  /** The output of programs. */
  readonly words: string
}

/** Separates the sentences of `explain` from the output of programs. */
export function explanationIn(stderr: string): Explanation {
  const all = stderr.split('\n')
  const last = (mark: string): string | null =>
    all
      .findLast((line) => line.startsWith(mark))
      ?.slice(mark.length)
      .trim() ?? null
  const words = all.filter(
    (line) => !line.startsWith('fettle: ') && !line.startsWith('fettle, remedy: '),
  )
  return { reason: last('fettle: '), remedy: last('fettle, remedy: '), words: words.join('\n') }
}
