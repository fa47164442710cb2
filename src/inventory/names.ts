import { isIPv6 } from 'node:net'
import { BadName, expandRanges } from './range.js'

/** What neither patterns nor a command line could take for anything but a name. */
const plainName = /^[\p{L}\p{N}_][\p{L}\p{N}_.+=@-]*$/u
/** Names of groups may have spaces within, as they may in Ansible's YAML. */
const plainGroup = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.+=@ -]*[\p{L}\p{N}_.+=@-])?$/u

/** @throws BadName for what is no name of a group */
export function checkGroupName(name: string): void {
  if (!plainGroup.test(name)) throw new BadName(`${JSON.stringify(name)} is no name of a group: it takes letters, digits, _, -, . and +`, 'choose another name')
}

/** Whether a name is an IPv6 address. Node compiles a regular expression of its own to tell, which takes 3 ms. */
export const isAddress = (name: string): boolean => name.includes(':') && isIPv6(name)

/** The hosts that an inventory's line names, and the port for all of them. */
export interface NamedHosts {
  readonly names: readonly string[]
  readonly port: number | null
}

/**
 * Reads how an inventory names hosts: a name or an address, perhaps with ranges, perhaps with a port (`web[1:3]:2222`, `[2001:db8::7]:22`).
 * @throws BadName
 */
export function namedHosts(written: string): NamedHosts {
  const [, base = written, port] = /^\[(.+)\]:(\d{1,5})$/.exec(written) ?? /^((?:[^:[\]]|\[[^\]]*\])*):(\d{1,5})$/.exec(written) ?? []
  const names = isAddress(base) ? [base] : expandRanges(base)
  for (const name of names) {
    if (!plainName.test(name) && !isAddress(name)) throw new BadName(`${JSON.stringify(name)} is no name of a host: it takes letters, digits, _, -, . and +`, 'give it a short name, and its address as ansible_host')
  }
  return { names, port: port === undefined ? null : Number(port) }
}

/** Names in a sentence, the first three of many. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3)
  const last = names.length > 3 ? `${String(names.length - 3)} more` : shown.pop() ?? ''
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`
}
