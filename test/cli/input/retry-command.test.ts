import { expect, test } from '@jest/globals'
import { Command } from 'commander'
import { retryCommand } from '../../../src/cli/input/retry-command.js'
import { withRunFlags } from '../../../src/cli/input/flags.js'

async function again(...words: readonly string[]): Promise<string> {
  let told = ''
  const program = new Command('fettle')
  withRunFlags(program.command('apply')).action(
    (_file: string, _flags: object, command: Command) => void (told = retryCommand(command)),
  )
  await program.parseAsync(['apply', ...words], { from: 'user' })
  return told
}

test.each<[words: readonly string[], expected: string]>([
  [[], 'fettle apply -l @.fettle/retry'],
  [['-l', 'web'], 'fettle apply -l @.fettle/retry'],
  [
    ['tasks/other.ts', '--limit=web:&prod', '-K'],
    'fettle apply tasks/other.ts -K -l @.fettle/retry',
  ],
  [
    ['-i', 'a.yml', '-i', 'my hosts.ini', '-f', '5', '-vv', '--no-color', '-D'],
    "fettle apply -i a.yml -i 'my hosts.ini' -D -f 5 -vv --no-color -l @.fettle/retry",
  ],
  [
    ['-t', 'a,b', '--skip-tags', 'c', '--start-at-task', 'Set up *'],
    "fettle apply -t a -t b --skip-tags c --start-at-task 'Set up *' -l @.fettle/retry",
  ],
  [['--ask', 'a.ts'], 'fettle apply a.ts --ask -l @.fettle/retry'],
  [['--ask=removals'], 'fettle apply --ask=removals -l @.fettle/retry'],
  [['-e', '@vars.yml'], 'fettle apply -e @vars.yml -l @.fettle/retry'],
  [['-e', 'password=x', '-b'], 'the same command with -l @.fettle/retry'],
])('%j: %s', async (words, expected) => {
  expect(await again(...words)).toBe(expected)
})
