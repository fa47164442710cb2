import { blocked, change, fine, type Change } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { request } from '../../core/later.js'
import { line } from '../../core/schemas.js'
import type { CommonOptions } from '../../core/resource.js'
import { sh } from '../../core/sh.js'
import { timezoneFact } from '../../facts/system/timezone.js'
import { keptOf, pathState } from '../files/path-state.js'
import { writeFile } from '../files/write-file.js'

/** timedated changes nothing where it remembers the zone from before somebody else changed it. */
function linking(zone: string, before: string | null): Change {
  const script = sh`[ ! -d /run/systemd/system ] || timedatectl set-timezone -- ${zone} || exit
case $(readlink /etc/localtime) in */zoneinfo/${zone}) exit ;; esac
ln -sfT -- ${`/usr/share/zoneinfo/${zone}`} /etc/localtime && sync -- /etc`
  // Debian's timedated also writes /etc/timezone.
  const undo = [...keptOf('/etc/localtime'), ...keptOf('/etc/timezone')]
  return change(`time zone ${before ?? 'none'} → ${zone}`, [{ script, long: true }], { undo })
}

function naming(zone: string, before: string): Change {
  const file = { path: '/etc/timezone', mode: 0o644, content: `${zone}\n` }
  return change(`/etc/timezone ${before || 'empty'} → ${zone}`, [writeFile(file)], {
    undo: keptOf(file.path),
  })
}

/**
 * The time zone of the host, such as `Europe/Berlin`: what /etc/localtime links to, and what
 * /etc/timezone says where there is such a file. It is set by timedatectl(1) where systemd runs.
 * Programs learn of it when they start: give the resource to `restartOn` of those that matter.
 */
export const timezone = resource({
  type: 'timezone',
  chapter: 'System',
  ansible: '`community.general.timezone`',
  arguments: args<[zone: string]>(
    line.regex(/^[A-Z][\w+-]*(\/[\w+-]+)*$/, 'must be a time zone, such as Europe/Berlin'),
  ),
  options: options<CommonOptions>({}),
  identity: () => '',
  undo: [pathState],
  build: (zone) =>
    desired({
      reads: { found: request(timezoneFact, zone) },
      brings: ['path:/etc/localtime', 'path:/etc/timezone'],
      plan({ found }) {
        if (found?.isKnown !== true)
          return blocked(
            `there is no time zone ${zone}`,
            "correct the name (see /usr/share/zoneinfo), or add apt.packages(['tzdata']) before this",
            { lacks: [`path:/usr/share/zoneinfo/${zone}`] },
          )
        const { localtime, timezone } = found
        const changes: Change[] = []
        if (localtime !== zone) changes.push(linking(zone, localtime))
        if (timezone !== null && timezone !== zone) changes.push(naming(zone, timezone))
        return changes.length === 0 ? fine(zone) : changes
      },
    }),
})
