import { CommanderError, type Command } from 'commander'
import { commandLine, type Start } from './commands.js'
import { scrubUncaught } from './output/scrub-uncaught.js'
import type * as Whole from './program.js'
import type { Parts } from './commands/run-command.js'
import { thisProcess, type ProcessContext } from './input/process-context.js'

// `fettle --help` loads only commander; each command imports the rest when it runs.
type Program = () => Promise<typeof Whole>
const importProgram: Program = () => import('./program.js')

/**
 * Prints an error that no view of a run could print. For a misspelt word commander suggests the
 * nearest one.
 */
async function printError(
  error: unknown,
  words: readonly string[],
  commands: Command,
  processContext: ProcessContext,
  program: Program,
): Promise<number> {
  if (error instanceof CommanderError && error.exitCode === 0) return 0
  // A command with subcommands was called without one: commander has printed the help.
  if (error instanceof CommanderError && error.code === 'commander.help') return 3
  const { FettleError, tellError } = await program()
  let told = error
  if (error instanceof CommanderError) {
    const known = commands.commands.find((command) => command.name() === words[0])
    told = new FettleError('usage', {
      message: error.message.replace(/^error: /, '').replaceAll('\n', ' '),
      remedy: known === undefined ? 'see fettle --help' : `see fettle ${known.name()} --help`,
    })
  }
  await tellError(told, processContext, {
    json: words.includes('--json'),
    color: !words.includes('--no-color'),
  })
  return told instanceof FettleError && told.code === 'usage' ? 3 : 1
}

/**
 * The command line of Fettle. Without `processContext` it is this process's, whose exit code is
 * then set.
 * @param argv as `process.argv`: two entries that are skipped, then the words
 * @param program loads the rest of the program when it is needed; left out: from its own files
 * @returns the exit code: 0 done; 1 failed; 2 (`plan`) changes; 3 a usage error; 130, 143 and 129
 *   after SIGINT, SIGTERM and SIGHUP
 */
export async function main(
  argv: readonly string[],
  processContext?: ProcessContext,
  parts?: () => Promise<Parts>,
  program: Program = importProgram,
): Promise<number> {
  const io = processContext ?? thisProcess()
  const words = argv.slice(2)
  if (processContext === undefined) scrubUncaught(program)
  let exitCode = 0
  const start: Start = async (command) => {
    exitCode = await command(await program())
  }
  const commands = commandLine(io, start, parts)
  try {
    await commands.parseAsync(words, { from: 'user' })
  } catch (error) {
    exitCode = await printError(error, words, commands, io, program)
  }
  if (processContext === undefined && exitCode !== 0) process.exitCode = exitCode
  return exitCode
}
