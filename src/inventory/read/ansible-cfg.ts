import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { decodeText } from '../../core/text-encoding.js'
import type { Warnings } from '../warnings.js'

/** The advice for a setting: what to use instead, and values that have no effect. */
type Setting = readonly [instead: string, harmless?: RegExp]

const off: RegExp = /^(?:false|no|off|n|f|0)?$/i
const on: RegExp = /^(?:true|yes|on|y|t|1)?$/i
const sharing: RegExp = /^(?:(?:-C|-o\s*Control\w+=\S+)(?:\s+|$))*$/

/** Settings that decide which hosts there are, or where, as whom and how they are reached. */
const settings: Readonly<Record<string, Setting>> = {
  'defaults.inventory': ['name it with -i'],
  'defaults.hash_behaviour': ['mappings replace each other', /^replace$/i],
  'defaults.remote_user': ['set ansible_user in the inventory, or give -u'],
  'defaults.remote_port': ['set ansible_port in the inventory'],
  'defaults.private_key_file': ['set ansible_ssh_private_key_file in the inventory'],
  'defaults.transport': ['set ansible_connection in the inventory', /^(?:smart|ssh)$/],
  'defaults.timeout': ['set ansible_timeout in the inventory'],
  'defaults.ask_pass': ['give -k', off],
  'defaults.connection_password_file': ['give --connection-password-file'],
  'defaults.become_password_file': ['give --become-password-file'],
  'defaults.host_key_checking': [
    'set ansible_host_key_checking in the inventory, or give --accept-new',
    on,
  ],
  'ssh_connection.host_key_checking': [
    'set ansible_host_key_checking in the inventory, or give --accept-new',
    on,
  ],
  'ssh_connection.ssh_args': ['set ansible_ssh_args in the inventory', sharing],
  'ssh_connection.ssh_common_args': ['set ansible_ssh_common_args in the inventory', sharing],
  'ssh_connection.ssh_extra_args': ['set ansible_ssh_extra_args in the inventory', sharing],
  'ssh_connection.ssh_executable': ['Fettle has a client of its own', /^(?:\/usr\/bin\/)?ssh$/],
  'ssh_connection.timeout': ['set ansible_timeout in the inventory'],
  'ssh_connection.pkcs11_provider': ['load the provider into ssh-agent'],
  'privilege_escalation.become': ['set ansible_become in the inventory, or give -b', off],
  'privilege_escalation.become_user': ['set ansible_become_user in the inventory', /^root$/],
  'privilege_escalation.become_method': ['Fettle has sudo only', /^sudo$/],
  'privilege_escalation.become_exe': ['Fettle has sudo only', /^sudo$/],
  'privilege_escalation.become_flags': ['Fettle gives sudo flags of its own', /^(?:-[HSn]+\s*)*$/],
  'privilege_escalation.become_ask_pass': ['give -K', off],
  'sudo_become_plugin.user': ['set ansible_become_user in the inventory', /^root$/],
  'sudo_become_plugin.executable': ['Fettle has sudo only', /^sudo$/],
  'sudo_become_plugin.flags': ['Fettle gives sudo flags of its own', /^(?:-[HSn]+\s*)*$/],
  'sudo_become_plugin.password': ['give -K or --become-password-file'],
}

/**
 * Warns of settings in the project's `ansible.cfg` that would make Ansible behave differently.
 * Fettle does not read that file.
 */
export function warnOfAnsibleCfg(
  project: string,
  sources: readonly string[],
  warnings: Warnings,
): void {
  let section = ''
  for (const [index, line] of linesOf(join(project, 'ansible.cfg')).entries()) {
    section = /^\[([^\]]+)\]/.exec(line)?.[1] ?? section
    const [, key = '', rest = ''] = /^(\w+)\s*[=:]([^]*)$/.exec(line) ?? []
    const value = rest.replace(/\s[;#][^]*$/, '').trim()
    const [instead, harmless] = setting(`${section}.${key}`) ?? []
    if (instead === undefined || value === '' || harmless?.test(value) === true) continue
    // As in Ansible, -i takes precedence over this setting, and a setting that names the default
    // folder has no effect.
    if (
      key === 'inventory' &&
      (sources.length > 0 || resolve(project, value) === resolve(project, 'inventory'))
    )
      continue
    warnings.add(`Fettle does not read ${key} of ansible.cfg: ${instead}`, {
      file: 'ansible.cfg',
      line: index + 1,
      column: 1,
    })
  }
}

const setting = (name: string): Setting | undefined =>
  Object.hasOwn(settings, name) ? settings[name] : undefined

/** Empty where the file is missing or cannot be read: only warnings depend on it. */
function linesOf(path: string): readonly string[] {
  try {
    const decoded = decodeText(readFileSync(path))
    return 'text' in decoded ? decoded.text.split(/\r?\n/) : []
  } catch {
    return []
  }
}
