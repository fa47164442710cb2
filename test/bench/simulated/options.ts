import { parseArgs } from 'node:util'

export const usage = `npm run bench -- --scale [OPTIONS]

Measures how Fettle's own cost grows with the hosts: a plan of the 30-task job on lab hosts and on played ones, which
say again what a lab host has said; then what views and slow hosts cost. Lab hosts take 130 MB each.
  --real 1,10,50,100             numbers of lab hosts
  --played 1,10,…,1000,5000      numbers of played hosts
  --forks 50,200                 hosts at once
  --n NUMBER                     runs of each up to 300 hosts (3); above there is one
  --keep                         leave the lab hosts up, and use those of an earlier call
  --write                        write docs/scale.json and docs/scale.svg`

export interface Options {
  readonly real: readonly number[]
  readonly played: readonly number[]
  readonly forks: readonly number[]
  readonly n: number
  readonly keep: boolean
  readonly write: boolean
}

function numbers(name: string, words: string): readonly number[] {
  const all = words.split(',').map((word) => (/^[1-9]\d*$/.test(word) ? Number(word) : Number.NaN))
  if (all.includes(Number.NaN))
    throw new RangeError(`--${name}: ${JSON.stringify(words)} is no list of whole numbers`)
  return all
}

/** @throws RangeError or TypeError with a message for the user */
export function parseOptions(argv: readonly string[]): Options {
  const list = (standard: string) => ({ type: 'string', default: standard }) as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: [...argv],
    options: {
      scale: flag,
      real: list('1,10,50,100'),
      played: list('1,10,50,100,300,1000,3000,5000'),
      forks: list('50,200'),
      n: list('3'),
      keep: flag,
      write: flag,
    },
  })
  return {
    real: numbers('real', values.real),
    played: numbers('played', values.played),
    forks: numbers('forks', values.forks),
    n: numbers('n', values.n)[0] ?? 3,
    keep: values.keep,
    write: values.write,
  }
}
