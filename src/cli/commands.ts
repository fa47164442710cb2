import { Argument, Command } from 'commander'
import { completion, completeNames, type Candidate } from './completion/complete.js'
import { completionScript, shells, type CompletedShell } from './completion/completion-scripts.js'
import type { DemoFlags } from './commands/demo-command.js'
import {
  withExamples,
  withFleetFlags,
  withHostFlags,
  withRunFlags,
  type FleetFlags,
  type RunFlags,
} from './input/flags.js'
import type { InventoryFlags } from './commands/inventory-command.js'
import { withLabCommands } from './commands/lab-command.js'
import { manifest } from './package-folder.js'
import type * as Whole from './program.js'
import type { Parts } from './commands/run-command.js'
import type { ShellFlags } from './commands/shell-command.js'
import type { ProcessContext } from './input/process-context.js'

/**
 * Imports the rest of the program and runs a command with it. The command's result becomes the exit
 * code.
 */
export type Start = (command: (program: typeof Whole) => Promise<number> | number) => Promise<void>

/**
 * Defines all commands with their flags, and what each of them starts. `fettle --help` loads
 * nothing else, and completion reads these definitions.
 */
export function commandLine(
  io: ProcessContext,
  start: Start,
  parts?: () => Promise<Parts>,
): Command {
  const program = new Command('fettle')
    .description('Puts servers in order: plans and applies typed state over SSH.')
    .version(manifest().version, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: () => undefined,
    })
  tasks(program.commandsGroup('Tasks:'), io, start, parts)
  hosts(program.commandsGroup('Hosts:'), io, start)
  projects(program.commandsGroup('Projects:'), io, start)
  program.helpCommand(true)
  return withExamples(
    program,
    'fettle plan',
    'fettle apply -l web1',
    "fettle run 'uptime' -l web",
    'fettle plan --help',
  )
}

function tasks(
  program: Command,
  io: ProcessContext,
  start: Start,
  parts?: () => Promise<Parts>,
): void {
  withRunFlags(
    withExamples(
      program.command('plan'),
      'fettle plan',
      "fettle plan -l 'web:!web3' -t database",
      'fettle plan tasks/upgrade.ts -i staging.yml',
    ),
  )
    .description('show what would change, with diffs; change nothing')
    .action((file: string, flags: RunFlags) =>
      start(({ runCommand }) => runCommand({ mode: 'plan', file, flags }, io, parts)),
    )
  withRunFlags(
    withExamples(
      program.command('apply'),
      'fettle apply',
      'fettle apply -l web1 -D',
      'fettle apply --ask=removals',
      'fettle apply -K -e workers=5',
    ),
  )
    .description('do it; with --ask after a question')
    .action((file: string, flags: RunFlags, command: Command) =>
      start(({ retryCommand, runCommand }) => {
        const mode = flags.check === true ? 'plan' : 'apply'
        return runCommand({ mode, file, flags, retryCommand: retryCommand(command) }, io, parts)
      }),
    )
}

function hosts(program: Command, io: ProcessContext, start: Start): void {
  withFleetFlags(
    withExamples(
      program.command('run'),
      "fettle run 'uptime' -l web",
      "fettle run 'systemctl restart nginx' -l 'web:!web3' -b",
      'fettle run -l db --stream -- journalctl -fu mariadb.service',
      "fettle run 'tar -xC /srv' -l web --stdin <site.tar",
    ),
  )
    .description('one command on the hosts that -l names')
    .argument('<COMMAND...>', 'one text for the shell, or a program with its arguments (after --)')
    .option(
      '--stream',
      'show each line when it comes, with its host before it; without it: each output whole, equal ones once',
    )
    .option('--stdin', 'give standard input to the command, on each host the same')
    .action((words: readonly string[], flags: ShellFlags) =>
      start(({ shellCommand }) => shellCommand(words, flags, io)),
    )
  withFleetFlags(
    withExamples(program.command('ping'), 'fettle ping', "fettle ping -l 'web:&prod' -b"),
  )
    .description('connect to hosts, act as root if asked, and exchange one answer')
    .action((flags: FleetFlags) => start(({ pingCommand }) => pingCommand(flags, io)))
  withFleetFlags(
    withExamples(program.command('facts'), 'fettle facts web1', "fettle facts 'web:&prod' --json"),
  )
    .description('what hosts are: system, memory, addresses …, as tasks see it')
    .argument('[PATTERN]', 'which hosts (default: as -l says, else all)')
    .action((pattern: string | undefined, flags: FleetFlags) =>
      start(({ factsCommand }) => factsCommand(pattern, flags, io)),
    )
  inventory(program, io, start)
}

function inventory(program: Command, io: ProcessContext, start: Start): void {
  withHostFlags(
    withExamples(
      program.command('inventory'),
      'fettle inventory',
      'fettle inventory --list -i staging.yml',
      'fettle inventory --host web1 -v',
    ),
  )
    .description('hosts, groups and variables, as ansible-inventory prints them')
    .option('--graph', 'groups and their hosts as a tree (the default)')
    .option('--list', 'all of it as JSON, passwords left out')
    .option('--host <HOST>', 'the merged variables of a host; with -v: where each was set')
    .option(
      '-v, --verbose',
      'with --host: the place of each variable',
      (_: string, before: number) => before + 1,
      0,
    )
    .action((flags: InventoryFlags) => start(({ inventoryCommand }) => inventoryCommand(flags, io)))
}

function projects(program: Command, io: ProcessContext, start: Start): void {
  withExamples(program.command('init'), 'fettle init', 'fettle init my-servers')
    .description(
      "a new project: inventory, the deployment job's tasks and templates; overwrites nothing",
    )
    .argument('[DIR]', 'where', '.')
    .action((directory: string) => start(({ initCommand }) => initCommand(directory, io)))
  withLabCommands(
    program
      .command('lab')
      .description('throwaway real Debian hosts on this machine: Linux with apt, as root'),
  )
  withExamples(program.command('demo'), 'fettle demo', 'fettle demo --keep')
    .description('the deployment job, from nothing, on such a host')
    .option('--keep', 'leave the host up afterwards (fettle lab down ends it)')
    .option('--yes', 'install missing Debian packages without asking')
    .action((flags: DemoFlags) =>
      start(async () => (await import('./commands/demo-command.js')).demoCommand(flags, io)),
    )
  withExamples(
    program.command('completion'),
    'source <(fettle completion bash)',
    'fettle completion zsh >~/.zfunc/_fettle',
    'fettle completion fish >~/.config/fish/completions/fettle.fish',
  )
    .description("print what teaches a shell to complete fettle's commands, flags, files and hosts")
    .addArgument(new Argument('<SHELL>', 'the shell').choices(shells))
    .action((shell: CompletedShell) => void io.stdout.write(completionScript(shell)))
  program
    .command('complete', { hidden: true })
    .argument('[WORD...]')
    .action((words: readonly string[]) => complete(program, words, io, start))
}

/** Answers the queries of the scripts that `fettle completion` prints. */
async function complete(
  program: Command,
  words: readonly string[],
  io: ProcessContext,
  start: Start,
): Promise<void> {
  const found = completion(program, words)
  const kind = found.otherKind === 'hosts' ? '' : (found.otherKind ?? '')
  const tell = (candidates: readonly Candidate[]): void => {
    const lines = candidates.map(candidateLine)
    io.stdout.write([`:${kind}`, ...lines, ''].join('\n'))
  }
  if (found.otherKind !== 'hosts') return tell(found.candidates)
  await start(async ({ hostNames }) => {
    const names = await hostNames(found.inventories, io.cwd)
    const hosts = completeNames(names, found, words.at(-1) ?? '')
    tell([...found.candidates, ...hosts])
    return 0
  })
}

const candidateLine = ({ word, meaning }: Candidate): string =>
  meaning === '' ? word : `${word}\t${meaning}`
