// Draws the pictures of docs/view.md: plays runs in tmux, captures the screen, and writes it as
// docs/view-*.svg. `npx jiti test/views/pictures.ts [NAME…]`; with --show it prints the captures
// and writes nothing.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { svg } from './svg.js'

interface Picture {
  readonly rows: number
  readonly columns: number
  readonly play: string
  /** Seconds into the run; null: after its end. */
  readonly at: number | null
  /** Default: `fettle apply`. */
  readonly command?: string
}

const pictures: Readonly<Record<string, Picture>> = {
  one: { rows: 24, columns: 80, play: '--hosts 1', at: 6 },
  eight: { rows: 24, columns: 80, play: '--hosts 8', at: 11 },
  fifty: { rows: 24, columns: 80, play: '--hosts 50 --failing 3', at: 20 },
  'fifty-end': { rows: 24, columns: 80, play: '--hosts 50 --failing 3', at: null },
  'two-hundred': { rows: 60, columns: 120, play: '--hosts 200 --failing 4', at: 38 },
  plan: { rows: 24, columns: 80, play: '--review', at: null, command: 'fettle plan' },
  narrow: { rows: 24, columns: 40, play: '--hosts 50 --failing 3', at: 20 },
}

/** A separate server for each picture: one that is ending refuses the next. */
const tmux = (name: string, ...words: readonly string[]): string =>
  execFileSync('tmux', ['-L', `fettle-view-${process.pid}-${name}`, '-f', '/dev/null', ...words], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })

/** The screen of a terminal of this size, line by line, with colours. */
async function captured(
  name: string,
  { rows, columns, play, at, command = 'fettle apply' }: Picture,
): Promise<readonly string[]> {
  tmux(
    name,
    'new-session',
    '-d',
    '-s',
    'view',
    '-x',
    String(columns),
    '-y',
    String(rows),
    `clear; echo '$ ${command}'; env -u NO_COLOR -u CI -u FORCE_COLOR ${process.execPath} node_modules/jiti/lib/jiti-cli.mjs test/views/play.ts ${play}; tmux -L fettle-view-${process.pid}-${name} wait-for -S over; PS1='$ ' exec sh`,
  )
  try {
    if (at === null) tmux(name, 'wait-for', 'over')
    else {
      while (!tmux(name, 'capture-pane', '-p', '-t', 'view').includes('running')) await sleep(100)
      await sleep(at * 1000)
    }
    if (at === null) await sleep(300)
    return tmux(name, 'capture-pane', '-e', '-p', '-t', 'view').trimEnd().split('\n')
  } finally {
    tmux(name, 'kill-server')
  }
}

const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'))
for (const [name, picture] of Object.entries(pictures)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const lines = await captured(name, picture)
  if (process.argv.includes('--show')) process.stdout.write(`── ${name}\n${lines.join('\n')}\n`)
  else writeFileSync(`docs/view-${name}.svg`, svg(lines, picture.columns))
}
