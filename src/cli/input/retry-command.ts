import type { Command } from 'commander'
import { quote } from '../../core/sh.js'
import { retryFile } from '../../records/retry-file.js'

/**
 * The command line that runs a command again for the hosts that are not done. Empty with `-e`,
 * whose values may be secret.
 */
export function retryCommand(command: Command): string {
  const given = command.options.filter(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  )
  const words = given.flatMap((option) => {
    const name = option.attributeName()
    if (name === 'limit') return []
    const flag = option.short ?? option.long ?? ''
    const value: unknown = command.getOptionValue(name)
    if (typeof value === 'boolean') return [flag]
    if (name === 'verbose') return [`-${'v'.repeat(Number(value))}`]
    return [value].flat().flatMap((each) => [flag, String(each)])
  })
  const variables = [command.getOptionValue('extraVars')]
    .flat()
    .some((each) => !String(each).startsWith('@'))
  const hosts = `@${retryFile}`
  if (variables) return `the same command with -l ${hosts}`
  const again = ['fettle', command.name(), ...command.args, ...words, '-l', hosts]
  return again.map(quote).join(' ')
}
