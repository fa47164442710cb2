import { stringify } from 'yaml'

export interface LabInventoryOptions {
  /** The group of the hosts. Default: `web`. */
  readonly group?: string
  /** The login user: `root`, `admin` or `deploy`. Default: `root`. */
  readonly user?: string
}

export interface LabInventoryHost {
  readonly name: string
  readonly address: string
  readonly keyFile: string
  readonly knownHostsFile: string
}

/** A YAML inventory in Ansible's format. */
export function inventoryText(
  hosts: readonly LabInventoryHost[],
  { group = 'web', user = 'root' }: LabInventoryOptions = {},
): string {
  const variables = (host: LabInventoryHost): Readonly<Record<string, string>> => ({
    ansible_host: host.address,
    ansible_user: user,
    ansible_ssh_private_key_file: host.keyFile,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${host.knownHostsFile}`,
  })
  return stringify({
    [group]: { hosts: Object.fromEntries(hosts.map((host) => [host.name, variables(host)])) },
  })
}
