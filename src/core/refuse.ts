import { sh, type Sh } from './sh.js'

/**
 * Shell that says why an action fails. The sentence becomes the heading of the error, and what
 * programs have printed stands below it.
 * @param remedy what to do about it; left out: what the catalogue says of a failed action
 */
export const explain = (reason: string | Sh, remedy?: string | Sh): Sh =>
  remedy === undefined
    ? sh`printf 'fettle: %s\\n' ${reason} >&2`
    : sh`printf 'fettle: %s\\nfettle, remedy: %s\\n' ${reason} ${remedy} >&2`

/** The same, and the shell ends with status 1. */
export const refuse = (reason: string | Sh, remedy?: string | Sh): Sh =>
  sh`{ ${explain(reason, remedy)}; exit 1; }`

/** Standard error of an action, taken apart. */
export interface Explanation {
  /** The last sentence of `explain`; null where there is none. */
  readonly reason: string | null
  readonly remedy: string | null
  /** What programs have printed. */
  readonly words: string
}

/** Finds the sentences of `explain` in what an action has printed. */
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
