import type { Play } from '../../core/play.js'
import type { RunList } from '../../engine/prepare/select.js'
import type { RunFlags } from '../input/flags.js'

/** The output of `--list-hosts` and `--list-tasks`, as in Ansible. */
export function listing(
  file: string,
  plays: readonly Play[],
  list: RunList,
  { listHosts, listTasks }: Pick<RunFlags, 'listHosts' | 'listTasks'>,
): string {
  const lines = list.plays.flatMap(({ name, hosts, tasks }, index) => {
    const pattern = plays[index]?.hosts ?? ''
    const lines = ['', `  play #${index + 1} (${pattern}): ${name}`]
    if (listHosts === true) {
      lines.push(`    pattern: ${pattern}`, `    hosts (${hosts.length}):`)
      lines.push(...hosts.map((host) => `      ${host}`))
    }
    if (listTasks === true) {
      lines.push('    tasks:')
      lines.push(...tasks.map((task) => `      ${task.name}\tTAGS: [${task.tags.join(', ')}]`))
    }
    return lines
  })
  return ['', `playbook: ${file}`, ...lines, ''].join('\n')
}
