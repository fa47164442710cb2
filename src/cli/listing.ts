import type { Play } from '../core/play.js'
import type { RunList } from '../engine/select.js'
import type { RunFlags } from './flags.js'

/** What `--list-hosts` and `--list-tasks` print, as Ansible prints it. */
export function listing(
  file: string,
  plays: readonly Play[],
  list: RunList,
  { listHosts, listTasks }: Pick<RunFlags, 'listHosts' | 'listTasks'>,
): string {
  const lines = list.plays.flatMap(({ name, hosts, tasks }, index) => {
    const pattern = plays[index]?.hosts ?? ''
    return [
      '',
      `  play #${index + 1} (${pattern}): ${name}`,
      ...(listHosts === true
        ? [
            `    pattern: ${pattern}`,
            `    hosts (${hosts.length}):`,
            ...hosts.map((host) => `      ${host}`),
          ]
        : []),
      ...(listTasks === true
        ? [
            '    tasks:',
            ...tasks.map((task) => `      ${task.name}\tTAGS: [${task.tags.join(', ')}]`),
          ]
        : []),
    ]
  })
  return ['', `playbook: ${file}`, ...lines, ''].join('\n')
}
