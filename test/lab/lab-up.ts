import { chdir } from 'node:process'
import { Command } from 'commander'
import { withLabCommands } from '../../src/cli/commands/lab-command.js'

// A program that runs `fettle lab up` for a project. Its arguments are the project's folder and the
// command's words.
const [project = '', ...words] = process.argv.slice(2)
chdir(project)
await withLabCommands(new Command('lab')).parseAsync(['up', ...words], { from: 'user' })
