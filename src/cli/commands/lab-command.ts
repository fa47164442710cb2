import { Option, type Command } from 'commander'
import { imageNames } from '../../lab/image-name.js'
import { wholeNumber, withExamples } from '../input/flags.js'
import type { DownFlags, UpFlags } from './lab.js'

/**
 * The commands of `fettle lab`: real Debian hosts on this machine that stay up until they are taken
 * down. Needs root on Linux.
 */
export function withLabCommands(lab: Command): Command {
  withExamples(
    lab.command('up'),
    'fettle lab up',
    'fettle lab up 3 --inventory inventory/lab.yml',
    'fettle lab up --image stack',
  )
    .description(
      'boot hosts for the project in this folder, print an inventory of all of its hosts, and leave them up',
    )
    .argument('[N]', 'how many', wholeNumber(1, 200), 1)
    .addOption(
      new Option(
        '--image <NAME>',
        'bare: a minimal Debian 12; stack: with MariaDB, git, Flask, gunicorn and webhook',
      )
        .choices(imageNames)
        .default('bare'),
    )
    .option('--inventory <FILE>', 'write the inventory there instead of printing it')
    .option('--yes', 'install missing Debian packages without asking')
    .action(async (hosts: number, flags: UpFlags, command: Command) =>
      (await import('./lab.js')).up(hosts, flags, command),
    )
  withExamples(lab.command('list'), 'fettle lab list')
    .description(
      'show the hosts that are up on this machine, and the folders that others belong to',
    )
    .action(async (_: object, command: Command) => (await import('./lab.js')).list(command))
  withExamples(
    lab.command('down'),
    'fettle lab down',
    'fettle lab down lab2 lab3',
    'fettle lab down --all',
  )
    .description('take down hosts that `lab up` left up from this folder')
    .argument('[NAME...]', 'these; all of this folder when left out')
    .option('--all', 'those of all folders of this machine')
    .action(async (hosts: readonly string[], flags: DownFlags, command: Command) =>
      (await import('./lab.js')).down(hosts, flags, command),
    )
  return withExamples(
    lab,
    'fettle lab up 3 --inventory inventory/lab.yml',
    'fettle ping -i inventory/lab.yml',
    'fettle lab down',
  )
}
