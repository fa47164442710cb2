import { refuse } from './refuse.js'
import { sh, type Sh } from './sh.js'

/** Directory and name of a path. */
export function split(path: string): { readonly directory: string; readonly name: string } {
  const slash = path.lastIndexOf('/')
  return { directory: path.slice(0, slash) || '/', name: path.slice(slash + 1) }
}

/**
 * The path of the directory that the shell is in, as the kernel knows it: what a shell remembers of
 * its way there may be out of date.
 */
export const whereabouts: Sh = sh`$(readlink /proc/self/cwd)`

/**
 * Enters one directory below the present one, whose path is in `$at_` (empty for `/`), and moves
 * `$at_` on. A link, also one that was put in the directory's place a moment ago, is not followed
 * unnoticed: the kernel's path would be another.
 */
export const enterChild = (name: Sh): Sh =>
  sh`{ cd -P -- ./${name} && { [ "${whereabouts}" = "$at_"/${name} ] || ${refuse(sh`"$at_/"${name}" is a symbolic link, or was replaced meanwhile"`)}; } && at_=$at_/${name}; }`

/**
 * Enters the names of `$left_`, each of which ends in a slash, one by one. A link is followed only
 * if nobody else could have made or moved it: it is root's or this user's own, and so is its
 * directory, which others may not write to.
 * @param atLeaf what happens in front of a name that is no link
 */
const walk = (atLeaf: Sh): Sh => sh`links_=0
refuse_() ${refuse(sh`"$at_/$name_ is a symbolic link $1"`)}
while [ -n "$left_" ]; do
  name_=\${left_%%/*} left_=\${left_#*/}
  case $name_ in
  '' | .) ;;
  ..) cd -P .. && at_=${whereabouts} && at_=\${at_%/} || exit ;;
  *)
    if [ ! -L "./$name_" ]; then ${atLeaf}${enterChild(sh`"$name_"`)} || exit; continue; fi
    me_=$(id -u) && link_=$(stat -c %u -- "./$name_") && in_=$(stat -c %u/%a -- .) && target_=$(readlink -- "./$name_") || exit
    case $link_ in 0 | "$me_") ;; *) refuse_ 'of another user' ;; esac
    case $in_ in 0/* | "$me_"/*) ;; *) refuse_ "in another user's directory" ;; esac
    case \${in_#*/} in [1357]???) ;; *[2367] | *[2367]?) refuse_ 'in a directory that others may write to' ;; esac
    links_=$((links_ + 1)); [ "$links_" -le 40 ] || refuse_ 'in a loop'
    case $target_ in /*) cd / && at_= || exit ;; esac
    left_=$target_/$left_
    ;;
  esac
done`

/**
 * Goes into a directory, stays there and leaves its path in `$at_` (empty for `/`), so that who may
 * rename what is above cannot lead the commands that follow elsewhere. Most paths have no link in
 * them, and one look at where the shell is proves that; any other is entered name by name.
 */
export const enter = (
  directory: string,
): Sh => sh`cd -P -- ${directory} && at_=${whereabouts} && { [ "$at_" = ${directory} ] || { at_= left_=${directory}/; cd / && ${walk(sh``)}
}; } && at_=\${at_%/}`

/**
 * Goes into the directory of a file that a link leads to, as `enter` does; it fails if the link
 * leads elsewhere by now.
 */
export const enterThrough = (
  link: string,
  file: string,
): Sh => sh`at_= left_=${link}/ && cd / && { ${walk(sh`[ -n "$left_" ] || break; `)}
} && { [ "$at_/$name_" = ${file} ] || ${refuse(`${link} does not lead to ${file} any more`)}; }`
