/** The value of a European option under Black and Scholes (1973), and its sensitivities. */
export interface OptionValue {
  readonly price: number
  readonly delta: number
  readonly gamma: number
  /** Change of the price for one percentage point of volatility. */
  readonly vega: number
  /** Change of the price for one calendar day. */
  readonly theta: number
  /** Change of the price for one percentage point of interest. */
  readonly rho: number
}

/** The parameters of an option's value. */
export interface OptionInputs {
  readonly isCall: boolean
  readonly spot: number
  readonly strike: number
  /** Years to expiry, above 0. */
  readonly years: number
  /** Yearly interest as a fraction. */
  readonly rate: number
  /** Yearly volatility as a fraction, above 0. */
  readonly volatility: number
}

/** The price without sensitivities. The price series of an option calls this often, so it must be fast. */
export function optionPrice(inputs: OptionInputs): number {
  const { isCall, spot, strike, years, rate, volatility } = inputs
  const discounted = strike * Math.exp(-rate * years)
  const deviation = volatility * Math.sqrt(years)
  const d1 = (Math.log(spot / strike) + rate * years) / deviation + deviation / 2
  const sign = isCall ? 1 : -1
  const price = sign * (spot * normalCdf(sign * d1) - discounted * normalCdf(sign * (d1 - deviation)))
  return Math.max(0, price)
}

/** The price with its sensitivities. */
export function optionValue(inputs: OptionInputs): OptionValue {
  const { isCall, spot, strike, years, rate, volatility } = inputs
  const root = Math.sqrt(years)
  const deviation = volatility * root
  const d1 = (Math.log(spot / strike) + rate * years) / deviation + deviation / 2
  const d2 = d1 - deviation
  const density = Math.exp((-d1 * d1) / 2) / Math.sqrt(2 * Math.PI)
  const discounted = strike * Math.exp(-rate * years)
  const sign = isCall ? 1 : -1
  const decay = (-spot * density * volatility) / (2 * root) - sign * rate * discounted * normalCdf(sign * d2)
  return {
    price: optionPrice(inputs),
    delta: sign * normalCdf(sign * d1),
    gamma: density / (spot * deviation),
    vega: (spot * density * root) / 100,
    theta: decay / 365,
    rho: (sign * discounted * years * normalCdf(sign * d2)) / 100,
  }
}

/** Cumulative normal distribution to double precision (Hart 1968, in the form of G. West, Wilmott 2005). */
export function normalCdf(x: number): number {
  const distance = Math.abs(x)
  const tail = distance > 37 ? 0 : upperTail(distance)
  return x > 0 ? 1 - tail : tail
}

function upperTail(x: number): number {
  const density = Math.exp((-x * x) / 2)
  if (x >= 7.071_067_811_865_47) {
    const fraction = x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))))
    return density / fraction / 2.506_628_274_631
  }
  return (density * polynomial(NUMERATOR, x)) / polynomial(DENOMINATOR, x)
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (const coefficient of coefficients) sum = sum * x + coefficient
  return sum
}

const NUMERATOR = [
  3.526_249_659_989_11e-2, 0.700_383_064_443_688, 6.373_962_203_531_65, 33.912_866_078_383, 112.079_291_497_871,
  221.213_596_169_931, 220.206_867_912_376,
]
const DENOMINATOR = [
  8.838_834_764_831_84e-2, 1.755_667_163_182_64, 16.064_177_579_207, 86.780_732_202_946_1, 296.564_248_779_674,
  637.333_633_378_831, 793.826_512_519_948, 440.413_735_824_752,
]
