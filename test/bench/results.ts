import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { execute } from '../../src/lab/command.js'
import { resultsFolder, root } from './places.js'
import { caseOf } from './report.js'
import type { Row } from './run-case.js'
import { scenarios } from './tools/tool.js'

export interface Results {
  /** ISO 8601. */
  readonly time: string
  /** The duration of the whole benchmark. */
  readonly seconds: number
  readonly machine: string
  /** The measured tools, and their versions. */
  readonly versions: Readonly<Record<string, string>>
  readonly rows: readonly Row[]
}

async function firstLine(argv: readonly string[]): Promise<string> {
  const { stdout } = await execute(argv).catch(() => ({ stdout: '' }))
  return stdout.split('\n')[0] ?? ''
}

async function versionsOf(rows: readonly Row[]): Promise<Readonly<Record<string, string>>> {
  const measured = new Set(rows.map(({ tool }) => tool))
  const debian = (name: string): Promise<string> =>
    firstLine(['dpkg-query', '-W', '-f', '${Version}', name])
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly version: string
  }
  const commit = await firstLine(['git', '-C', root, 'rev-parse', '--short', 'HEAD'])
  const versions: Record<string, string> = {
    fettle: `${version} (${commit})`,
    node: process.version,
  }
  if (measured.has('ansible')) versions['ansible'] = await ansibleVersion()
  if (measured.has('mitogen'))
    versions['mitogen'] = `ansible-mitogen ${await debian('ansible-mitogen')}`
  if (measured.has('pyinfra')) versions['pyinfra'] = await pyinfraVersion()
  return versions
}

async function ansibleVersion(): Promise<string> {
  const line = await firstLine(['/usr/bin/ansible', '--version'])
  return `ansible-core ${/core ([\d.]+)/.exec(line)?.[1] ?? '?'}`
}

/** The first version in a checkout's changelog. */
async function pyinfraVersion(): Promise<string> {
  const changes = join(process.env['FETTLE_BENCH_PYINFRA'] ?? '', 'CHANGELOG.md')
  const text = await readFile(changes, 'utf8').catch(() => '')
  return /^# v(\S+)$/m.exec(text)?.[1] ?? 'a checkout'
}

const byCase = (one: Row, other: Row): number =>
  scenarios.indexOf(one.scenario) - scenarios.indexOf(other.scenario) ||
  one.hosts - other.hosts ||
  one.rtt - other.rtt

/**
 * Adds the cases of an earlier call that this one did not measure. A case is taken as a whole, so
 * that compared figures were measured together.
 */
export function together(earlier: Results, now: Results): Results {
  const measured = new Set(now.rows.map(caseOf))
  return {
    ...now,
    seconds: earlier.seconds + now.seconds,
    versions: { ...earlier.versions, ...now.versions },
    rows: [...earlier.rows.filter((row) => !measured.has(caseOf(row))), ...now.rows].sort(byCase),
  }
}

/**
 * Saves the measurements beside the outputs of the runs: as `latest.json`, and under their time.
 */
export async function saveResults(begun: Date, rows: readonly Row[]): Promise<Results> {
  const machine = `${String(availableParallelism())} × ${cpus()[0]?.model.trim() ?? 'processor'}, ${String(Math.round(totalmem() / 2 ** 30))} GiB`
  const results = {
    time: begun.toISOString(),
    seconds: (Date.now() - begun.getTime()) / 1000,
    machine,
    versions: await versionsOf(rows),
    rows,
  }
  const text = `${JSON.stringify(results, null, 1)}\n`
  await writeFile(join(resultsFolder, 'latest.json'), text)
  await writeFile(join(resultsFolder, `${results.time.replaceAll(':', '-')}.json`), text)
  return results
}
