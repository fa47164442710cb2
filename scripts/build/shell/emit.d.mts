export function emitShellModules(dist: string): void
