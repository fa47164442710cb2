/**
 * Matches the name or number of a user or group that may exist on a host. Accounts of a domain hold
 * spaces and backslashes (`domain users`, `DOM\\alice`). Refused are the field separators of
 * passwd(5) and group(5), and a leading `-`, which programs would take for an option.
 */
export const accountPattern = /^[^-\s:,/\p{Cc}](?:[^:,/\p{Cc}]*[^\s:,/\p{Cc}])?$/u
