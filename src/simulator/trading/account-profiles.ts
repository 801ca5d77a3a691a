import { Currency, SecurityFirm, SimAccType, TrdAccType, TrdEnv, TrdMarket } from '../../../proto/enums.ts'
import type { AccountProfile } from './account-state.ts'

/** A new account: its profile, and its opening balances in whole units of each currency. */
export interface AccountOpening {
  readonly profile: AccountProfile
  readonly deposits: readonly { readonly currency: number; readonly amount: number }[]
}

/**
 * The accounts of the simulated login. Ids above 2^53 are like those of the real OpenD; 987654 is included because
 * published samples use it. Numbers, cards and balances are invented.
 *
 * As with OpenD, paper trading has one account for each market and kind: in Hong Kong one for securities and one for
 * options, in the US one for both, and one for the futures of each market. The stock account of Hong Kong comes first,
 * because programs take the first account of their market. 281756482566240858 trades the futures of two markets, which
 * OpenD does not offer: it is older than the accounts of one market, and programs name it. OpenD's futures accounts of
 * Japan and Singapore are left out, as their futures are not simulated.
 */
export const DEFAULT_ACCOUNTS: readonly AccountOpening[] = [
  {
    profile: real('281756455988247916', {
      trdMarkets: [TrdMarket.HK, TrdMarket.US, TrdMarket.CN, TrdMarket.HKCC],
      accType: TrdAccType.Margin,
      securityFirm: SecurityFirm.FutuSecurities,
      cardNum: '1001100320482767',
      baseCurrency: Currency.HKD,
    }),
    deposits: [
      { currency: Currency.HKD, amount: 1_000_000 },
      { currency: Currency.USD, amount: 200_000 },
      { currency: Currency.CNH, amount: 500_000 },
    ],
  },
  {
    profile: real('987654', {
      trdMarkets: [TrdMarket.HK],
      accType: TrdAccType.Cash,
      securityFirm: SecurityFirm.FutuSecurities,
      cardNum: '1001100520714263',
      baseCurrency: Currency.HKD,
    }),
    deposits: [{ currency: Currency.HKD, amount: 1_000_000 }],
  },
  {
    profile: real('283445328110215941', {
      trdMarkets: [TrdMarket.US],
      accType: TrdAccType.Margin,
      securityFirm: SecurityFirm.FutuInc,
      cardNum: '1003100480296175',
      baseCurrency: Currency.USD,
    }),
    deposits: [{ currency: Currency.USD, amount: 100_000 }],
  },
  {
    profile: simulated('281756479345015383', {
      trdMarkets: [TrdMarket.HK],
      accType: TrdAccType.Cash,
      simAccType: SimAccType.Stock,
      baseCurrency: Currency.HKD,
    }),
    deposits: [{ currency: Currency.HKD, amount: 1_000_000 }],
  },
  {
    profile: simulated('281756480418757208', {
      trdMarkets: [TrdMarket.US],
      accType: TrdAccType.Margin,
      simAccType: SimAccType.StockAndOption,
      baseCurrency: Currency.USD,
    }),
    deposits: [{ currency: Currency.USD, amount: 1_000_000 }],
  },
  {
    profile: simulated('281756481492499033', {
      trdMarkets: [TrdMarket.CN],
      accType: TrdAccType.Cash,
      simAccType: SimAccType.Stock,
      baseCurrency: Currency.CNH,
    }),
    deposits: [{ currency: Currency.CNH, amount: 1_000_000 }],
  },
  {
    profile: simulated('281756482566240858', {
      trdMarkets: [TrdMarket.Futures_Simulate_HK, TrdMarket.Futures_Simulate_US],
      accType: TrdAccType.Margin,
      simAccType: SimAccType.Futures,
      baseCurrency: Currency.HKD,
    }),
    deposits: [
      { currency: Currency.HKD, amount: 1_000_000 },
      { currency: Currency.USD, amount: 200_000 },
    ],
  },
  {
    profile: simulated('281756485788466331', {
      trdMarkets: [TrdMarket.Futures_Simulate_HK],
      accType: TrdAccType.Margin,
      simAccType: SimAccType.Futures,
      baseCurrency: Currency.HKD,
    }),
    deposits: [{ currency: Currency.HKD, amount: 1_000_000 }],
  },
  {
    profile: simulated('281756483639982683', {
      trdMarkets: [TrdMarket.Futures_Simulate_US],
      accType: TrdAccType.Margin,
      simAccType: SimAccType.Futures,
      baseCurrency: Currency.USD,
    }),
    deposits: [{ currency: Currency.USD, amount: 200_000 }],
  },
  {
    profile: simulated('281756484713724508', {
      trdMarkets: [TrdMarket.HK],
      accType: TrdAccType.Margin,
      simAccType: SimAccType.Option,
      baseCurrency: Currency.HKD,
    }),
    deposits: [{ currency: Currency.HKD, amount: 1_000_000 }],
  },
]

type RealTraits = Pick<AccountProfile, 'trdMarkets' | 'accType' | 'securityFirm' | 'cardNum' | 'baseCurrency'>
type SimulatedTraits = Pick<AccountProfile, 'trdMarkets' | 'accType' | 'simAccType' | 'baseCurrency'>

function real(accId: string, traits: RealTraits): AccountProfile {
  return { ...traits, accId, trdEnv: TrdEnv.Real, simAccType: null, uniCardNum: '1001200163530138' }
}

function simulated(accId: string, traits: SimulatedTraits): AccountProfile {
  return { ...traits, accId, trdEnv: TrdEnv.Simulate, securityFirm: null, cardNum: null, uniCardNum: null }
}
