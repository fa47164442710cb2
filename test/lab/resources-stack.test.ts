import { tryTables } from './host-tables.js'

// A file of its own, so that both hosts are tried at once: concurrent tests of one file may not
// import anything, as the engine does when it needs a driver.
tryTables('stack')
