// In: rows of the journal with their seals. Out: whether each fits its seal and the seal before it; the first that does not.
// Must not take the place of walking the whole chain: what was cut out between these rows only that finds.
import { GENESIS, hashEntry } from '../../store/journal.ts'
import type { DossierRow } from '../../store/dossier.ts'

export interface RowsChecked {
  sealed: number
  open: number
  /** Journal ids of rows that do not fit. */
  broken: number[]
}

export function checkRows(rows: readonly DossierRow[]): RowsChecked {
  const sealed = rows.filter((row) => row.seq !== null)
  const fits = (row: DossierRow): boolean =>
    row.previous !== null &&
    (row.seq === 1 ? GENESIS : row.before) === row.previous &&
    hashEntry(row.previous, row) === row.hash
  return {
    sealed: sealed.length,
    open: rows.length - sealed.length,
    broken: sealed.filter((row) => !fits(row)).map(({ id }) => id),
  }
}
