import { sh, type Sh } from '../../core/sh.js'

/**
 * The environment of whatever changes packages. Nobody is there to answer: changed configuration
 * files are kept, and needrestart only lists.
 */
export const unattended: Sh = sh`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l APT_LISTCHANGES_FRONTEND=none`
