import type { CommonOptions, Resource } from '../../core/resource.js'

export interface ServiceOptions extends CommonOptions {
  /** Whether it is active. Left out: it is neither started nor stopped. */
  readonly running?: boolean
  /**
   * Whether it is started at boot. Left out: not managed. A unit that cannot be enabled by itself
   * (`static`, `indirect`, `alias`, `generated`, `linked`, `transient`) is accepted as it is, with
   * the reason.
   */
  readonly enabled?: boolean
  /**
   * Whether it is prevented from starting. `true` links it to `/dev/null`, even before its package
   * is installed, but does not stop it: add `running: false` for that. `false` removes a mask. Left
   * out: a masked unit that should run or be enabled is an error.
   */
  readonly masked?: boolean
  /**
   * When one of these changes, the instance that was running at that time is restarted, in this run
   * or the next. A unit that is not active is not started.
   */
  readonly restartOn?: readonly Resource[]
  /**
   * When one of these changes, the instance that was running at that time is reloaded
   * (`ExecReload=`), in this run or the next.
   */
  readonly reloadOn?: readonly Resource[]
  /**
   * How many whole seconds it must stay active after a start, restart or reload, as one instance;
   * otherwise the change has failed. Default 3.
   */
  readonly stableFor?: number
}
