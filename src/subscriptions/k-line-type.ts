import { KLType, SubType } from '../../proto/enums.ts'

const SUB_TYPES: ReadonlyMap<number, number> = new Map([
  [KLType._1Min, SubType.KL_1Min],
  [KLType._3Min, SubType.KL_3Min],
  [KLType._5Min, SubType.KL_5Min],
  [KLType._10Min, SubType.KL_10Min],
  [KLType._15Min, SubType.KL_15Min],
  [KLType._30Min, SubType.KL_30Min],
  [KLType._60Min, SubType.KL_60Min],
  [KLType._120Min, SubType.KL_120Min],
  [KLType._180Min, SubType.KL_180Min],
  [KLType._240Min, SubType.KL_240Min],
  [KLType.Day, SubType.KL_Day],
  [KLType.Week, SubType.KL_Week],
  [KLType.Month, SubType.KL_Month],
  // The schema's own spelling.
  [KLType.Quarter, SubType.KL_Qurater],
  [KLType.Year, SubType.KL_Year],
])

/** The `Qot_Common.SubType` that subscribes K-lines of a `Qot_Common.KLType`; null for an unknown period. */
export function subTypeOfKLine(klType: number): number | null {
  return SUB_TYPES.get(klType) ?? null
}
