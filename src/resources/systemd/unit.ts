import {
  change,
  type Change,
  type Effect,
  fine,
  type Plan,
  program,
  type ShellAction,
} from '../../core/change.js'
import { args, type Built, desired, options, resource } from '../../core/definition.js'
import { FettleError } from '../../core/errors.js'
import { Later, request, type Value } from '../../core/later.js'
import { modeText } from '../../core/mode.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { state } from '../../core/schemas.js'
import type { CommonOptions } from '../../core/resource.js'
import { Secret } from '../../core/secret.js'
import { sh } from '../../core/sh.js'
import { keeps } from '../../core/undo.js'
import { type PathEntry, pathFact } from '../../facts/files/path.js'
import { unitInstancesFact } from '../../facts/systemd/unit-instances.js'
import { unitFact, type UnitState } from '../../facts/systemd/unit.js'
import {
  type Content,
  contentOf,
  type ContentOptions,
  contentConflict,
  contentShape,
  diffOf,
  digestOf,
} from '../files/content.js'
import { checkedContent, pathKey } from '../files/file.js'
import { keptOf, pathState } from '../files/path-state.js'
import { serviceState } from './service-state.js'
import { unitTrials } from './unit-trials.js'
import { unitFileState } from './unit-file-state.js'
import { isTemplate, unitName } from '../../facts/systemd/unit-name.js'
import { bringsOf, mode, occupied, pathOf } from './unit-place.js'
import { isLoaded, planAbsent } from './unit-removal.js'
import { by, verifying } from './unit-verify.js'
import { withAttributes } from '../files/new-attributes.js'
import { holding, holds, writeFile } from '../files/write-file.js'

export interface UnitOptions extends ContentOptions, CommonOptions {
  /** `absent`: the unit is stopped and disabled, and its file removed. Default `present`. */
  readonly state?: 'present' | 'absent'
}

/** Makes systemd reload all unit files. */
export const daemonReload: ShellAction = { ...program(sh`systemctl daemon-reload`), long: true }

/**
 * A daemon-reload only where systemd has loaded another version than the new file. It takes more
 * processor time on the host than everything else about a unit, and a new unit is loaded anyway
 * when it is first used. For a template it always runs, because its instances are not looked up.
 */
function reloadIfStale(name: string, path: string): ShellAction {
  if (isTemplate(name)) return daemonReload
  return {
    ...daemonReload,
    script: sh`case " $(echo $(systemctl show -p FragmentPath -p NeedDaemonReload --value -- ${name})) " in ${` ${path} no `} | ${` no ${path} `}) ;; *) systemctl daemon-reload ;; esac`,
  }
}

function readable(given: Content, name: string): string | Uint8Array {
  const content = checkedContent('systemd.unit', name, given) ?? ''
  if (!(content instanceof Secret)) return content
  throw new FettleError('option-invalid', {
    address: `systemd.unit[${name}]`,
    message: `systemd.unit[${name}]: a unit may not hold a Secret: everybody on the host can read it with systemctl cat`,
    remedy:
      'write the Secret to a file of its own and name that in EnvironmentFile= or LoadCredential=',
  })
}

/** The content of a unit, which must not be a Secret. */
function readableContent(name: string, options: UnitOptions): Value<string | Uint8Array> {
  const given = contentOf(options) ?? ''
  return given instanceof Later ? given.map(readable, name) : readable(given, name)
}

function drift(file: PathEntry): readonly string[] {
  const owner = file.owner ?? String(file.uid)
  const group = file.group ?? String(file.gid)
  const differences: string[] = []
  if (file.mode !== mode) differences.push(`mode ${modeText(file.mode)} → ${modeText(mode)}`)
  if (file.uid !== 0) differences.push(`owner ${owner} → root`)
  if (file.gid !== 0) differences.push(`group ${group} → root`)
  return differences
}

/**
 * Whether systemd has loaded another version. NeedDaemonReload does not cover a file that shadows
 * the package's; the path of the loaded file does.
 */
const isStale = (path: string, unit: UnitState | null): boolean =>
  unit !== null && (unit.needsReload || (unit.path !== '' && unit.path !== path))

/** Which unit there should be. */
interface WantedUnit {
  readonly name: string
  readonly path: string
  /** Do not tell the size of a new one. */
  readonly sensitive: boolean | undefined
}

function planPresent(
  { name, path, sensitive }: WantedUnit,
  content: string | Uint8Array,
  file: PathEntry | null,
  unit: UnitState | null,
): Plan {
  const wanted = {
    path,
    mode,
    owner: 'root',
    group: 'root',
    content,
    validate: { line: verifying(name), by },
  }
  const diff = diffOf(file === null ? new Uint8Array() : file.content, content)
  const written = (summary: string, effect?: Effect): readonly Change[] => [
    change(summary, [writeFile(wanted)], {
      proves: holds(wanted, digestOf(content)),
      settles: reloadIfStale(name, path),
      trials: unitTrials(name, path, content),
      undo: [keeps(unitFileState, path)],
      ...omitUndefined({ diff, effect }),
    }),
  ]
  const created = written(withAttributes(`create ${path}`, { ...wanted, sensitive }), 'create')
  if (file === null) return created
  const hindered = occupied({ name, path }, file, created)
  if (hindered !== null) return hindered
  const attributes = drift(file)
  if (file.sha256 !== digestOf(content))
    return written(['content changed', ...attributes].join(', '))
  const changes: Change[] = []
  if (attributes.length > 0) {
    const script = sh`chown -- root:root /proc/self/fd/3 && chmod -- ${modeText(mode)} /proc/self/fd/3`
    changes.push(
      change(attributes.join(', '), [{ script: holding(path, script), long: true }], {
        undo: keptOf(path, 'attributes'),
      }),
    )
  }
  if (isStale(path, unit))
    changes.push(
      change('daemon-reload: systemd has loaded an older version', [daemonReload], { undo: [] }),
    )
  return changes.length === 0 ? fine(`${path} is loaded as it should be`) : changes
}

/** The unit with the content that the options describe. */
function present(name: string, options: UnitOptions): Built<object> {
  const path = pathOf(name)
  const wanted = { name, path, sensitive: options.sensitive }
  const content = readableContent(name, options)
  const reads = { file: request(pathFact, pathKey(path, content)) }
  const common = { values: { content }, joins: 'files', brings: bringsOf(name) } as const
  if (isTemplate(name))
    return desired({
      ...common,
      reads,
      plan: ({ file }, { content }) => planPresent(wanted, content, file, null),
    })
  return desired({
    ...common,
    reads: { ...reads, unit: request(unitFact, name) },
    plan: ({ file, unit }, { content }) => planPresent(wanted, content, file, unit),
  })
}

/** No such unit, with none running: of a template none of its instances. */
function absent(name: string): Built<object> {
  const path = pathOf(name)
  const reads = { file: request(pathFact, pathKey(path, undefined)) }
  if (isTemplate(name))
    return desired({
      reads: { ...reads, instances: request(unitInstancesFact, name) },
      joins: 'files',
      brings: bringsOf(name),
      plan({ file, instances }) {
        const { running = [], enabled = false, elsewhere = false } = instances ?? {}
        // Without a file here, instances belong to the template that a package brings.
        const isKnown = !elsewhere && (running.length > 0 || enabled)
        return planAbsent(name, path, file, isKnown, { stopped: running, disabled: enabled })
      },
    })
  return desired({
    reads: { ...reads, unit: request(unitFact, name) },
    joins: 'files',
    brings: bringsOf(name),
    plan({ file, unit }) {
      const isKnown = isLoaded(path, unit)
      const isActive = isKnown && unit?.active !== 'inactive' && unit?.active !== 'failed'
      return planAbsent(name, path, file, isKnown, {
        stopped: isActive ? [name] : [],
        disabled: unit?.file.startsWith('enabled') === true,
      })
    },
  })
}

/**
 * A systemd unit in `/etc/systemd/system`, owned by root, 0644. It is verified by
 * systemd-analyze(1) before it is put in place, then loaded. A setting that systemd would ignore is
 * an error. What depends on other files may be added later: programs in its `Exec…=` lines, the
 * service of a socket, and drop-ins that complete a template.
 *
 * Whether it runs is managed by `systemd.service`. A Secret in it is refused: everybody can read
 * units.
 */
export const systemdUnit = resource({
  type: 'systemd.unit',
  chapter: 'Services',
  ansible: 'a `template`, then `systemd_service` with `daemon_reload`',
  arguments: args<[name: string]>(unitName),
  options: options<UnitOptions>({ ...contentShape, state: state.optional() }),
  undo: [serviceState, unitFileState, pathState],
  conflict(_, options) {
    const { content, source, template, state } = options
    if (state !== 'absent' && (content ?? source ?? template) === undefined)
      return 'one of content, source and template is required'
    return contentConflict(options)
  },
  build: (name, options) => (options.state === 'absent' ? absent(name) : present(name, options)),
})
