import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { withRunFlags, type RunFlags } from './flags.js'
import type * as Whole from './program.js'
import type { Parts, RunRequest } from './run-command.js'
import { thisProcess, type Surroundings } from './surroundings.js'

// Commander is all that `fettle --help` loads; what a command needs is imported when it runs.
type Program = () => Promise<typeof Whole>
const separately: Program = () => import('./program.js')

/** The version of the package that this file is part of. */
function version(directory = import.meta.dirname): string {
  const path = join(directory, 'package.json')
  if (!existsSync(path)) return version(dirname(directory))
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version
}

type Runner = (request: RunRequest) => Promise<void>

function commandLine({ stdout, stderr }: Surroundings, run: Runner): Command {
  const program = new Command('fettle')
    .description('Puts servers in order: plans and applies typed state over SSH.')
    .version(version(), '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text), outputError: () => undefined })
  withRunFlags(program.command('plan').description('show what would change, with diffs; change nothing'))
    .action((file: string, flags: RunFlags) => run({ mode: 'plan', file, flags }))
  withRunFlags(program.command('apply').description('do it, without asking'))
    .action((file: string, flags: RunFlags) => run({ mode: flags.check === true ? 'plan' : 'apply', file, flags }))
  return program
}

/** A command that was made by itself takes over the program's settings, with all below it. */
function inherit(parent: Command, child: Command): void {
  child.copyInheritedSettings(parent)
  for (const below of child.commands) inherit(child, below)
}

async function withLab(program: Command, words: readonly string[]): Promise<Command> {
  if (words[0] !== 'lab') {
    program.command('lab').description('throwaway real Debian hosts on this machine')
    return program
  }
  const { labCommand } = await import('./lab.js')
  const lab = labCommand()
  inherit(program, lab)
  return program.addCommand(lab)
}

/** Prints an error that no view of a run could print. */
async function complain(error: unknown, words: readonly string[], surroundings: Surroundings, program: Program): Promise<number> {
  if (error instanceof CommanderError && error.exitCode === 0) return 0
  // Help was asked for by giving no command, and is printed.
  if (error instanceof CommanderError && error.code === 'commander.help') return 3
  const { FettleError, openOutput, errorEvent, recapView, views } = await program()
  const usage = error instanceof CommanderError
  const told = usage ? new FettleError('usage', { message: error.message.replace(/^error: /, '').replaceAll('\n', ' ') }) : error
  const { people, programs } = openOutput(surroundings, { json: words.includes('--json'), color: !words.includes('--no-color') })
  const view = views([...programs, recapView(people, { mode: 'plan', verbosity: 0 })])
  view.onEvent(errorEvent(told, 0))
  await view.end()
  return told instanceof FettleError && told.code === 'usage' ? 3 : 1
}

/**
 * The command line of Fettle. Without `surroundings` it is this process's, whose exit code is then set.
 * @param argv as `process.argv`: two entries that are skipped, then the words
 * @param program gives the rest of the program, when it is needed; left out: from its own files
 * @returns the exit code: 0 done; 1 failed; 2 (`plan`) changes; 3 a usage error; 130, 143 and 129 after SIGINT, SIGTERM and SIGHUP
 */
export async function main(argv: readonly string[], surroundings?: Surroundings, parts?: () => Promise<Parts>, program: Program = separately): Promise<number> {
  const io = surroundings ?? thisProcess()
  const words = argv.slice(2)
  let exitCode = 0
  try {
    const commands = commandLine(io, async (request) => {
      const { runCommand } = await program()
      exitCode = await runCommand(request, io, parts)
    })
    await (await withLab(commands, words)).parseAsync(words, { from: 'user' })
  } catch (error) {
    exitCode = await complain(error, words, io, program)
  }
  if (surroundings === undefined && exitCode !== 0) process.exitCode = exitCode
  return exitCode
}
