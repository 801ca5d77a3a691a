/*
 * Tables in the form of `listing-table.ts`. Codes, names, exchanges and listing dates are public facts, as known in 2025.
 * Prices, volumes and numbers of shares have a plausible size only.
 *
 * Exchanges and members of indexes go out of date. They are those of the end of 2025: after the transfers of Palantir
 * (2024), Shopify and Walmart (2025) to Nasdaq, the changes of the Dow Jones of November 2024, and the annual review of the
 * Nasdaq-100 of 22 December 2025. Funds listed at Cboe BZX have the exchange of their neighbours, because the schema has
 * no value for it.
 */

/** Stocks of United States. */
export const US_STOCKS = `
A|安捷伦|Agilent|Ns|1|1999-11-18|130|1.8|0.28|诊断与研究
AAPL|苹果|Apple|dsn|1|1980-12-12|230|52|15.1|消费电子产品|concepts=明星科技股,道琼斯成分股|region=加利福尼亚州|growth=22|vol=1.5|ticks=60|eps=6.4|bps=4.4|dps=1
ABBV|艾伯维|AbbVie|Ns|1|2013-01-02|190|5.5|1.77|药品制造商
ABNB|爱彼迎|Airbnb|sn|1|2020-12-10|130|5|0.63|旅行服务
ABT|雅培|Abbott|Ns|1||125|6|1.74|医疗设备
ACN|埃森哲|Accenture|Ns|1|2001-07-19|330|3|0.63|信息技术服务
ADBE|Adobe|Adobe|sn|1|1986-08-13|450|3.5|0.43|软件基础设施
ADI|亚德诺|Analog Devices|sn|1||220|4|0.5|半导体
ADP|自动数据处理|ADP|sn|1||295|1.8|0.41|软件应用
AI|C3.ai|C3.ai|N|1|2020-12-09|26|6|0.13|软件应用
AMAT|应用材料|Applied Materials|sn|1||180|7|0.82|半导体设备
AMD|美国超微公司|AMD|sn|1|1972-09-27|140|45|1.62|半导体
AMGN|安进|Amgen|dsn|1|1983-06-17|280|2.8|0.54|药品制造商
AMZN|亚马逊|Amazon|dsn|1|1997-05-15|210|40|10.5|互联网零售|concepts=明星科技股,道琼斯成分股,云计算|region=华盛顿州|growth=20|vol=1.8|ticks=40|eps=5.5|bps=27
APP|AppLovin|AppLovin|sn|1|2021-04-15|320|6|0.34|软件应用
ARM|Arm Holdings|Arm Holdings|n|1|2023-09-14|140|7|1.05|半导体
ASML|阿斯麦|ASML|n|1|1995-03-15|720|1.6|0.39|半导体设备
AVGO|博通|Broadcom|sn|1|2009-08-06|230|25|4.7|半导体
AXP|美国运通|American Express|Nds|1||290|3|0.7|信用服务
BA|波音|Boeing|Nds|1||175|8|0.75|航空航天与国防
BABA|阿里巴巴|Alibaba|N|1|2014-09-19|86|15|2.4|互联网零售|concepts=中概股,云计算|region=中国|growth=-3|vol=2.3|ticks=25|eps=5.2|bps=55|dps=1
BAC|美国银行|Bank of America|Ns|1||44|38|7.6|银行
BIDU|百度|Baidu||1|2005-08-05|88|3|0.35|互联网内容与信息|concepts=中概股
BILI|哔哩哔哩|Bilibili||1|2018-03-28|19|5|0.42|电子游戏与多媒体|concepts=中概股
BKNG|Booking|Booking Holdings|sn|1|1999-03-30|5000|0.25|0.033|旅行服务
BLK|贝莱德|BlackRock|Ns|1|1999-10-01|1020|0.7|0.155|资产管理
BMY|百时美施贵宝|Bristol-Myers Squibb|Ns|1||56|12|2.03|药品制造商
BRK.B|伯克希尔-B|Berkshire Hathaway B|Ns|1|1996-05-09|455|4|1.34|多元化保险
C|花旗集团|Citigroup|Ns|1||72|13|1.9|银行
CAT|卡特彼勒|Caterpillar|Nds|1||370|3|0.48|农用与重型机械
CMCSA|康卡斯特|Comcast|sn|1||38|22|3.8|电信服务
COIN|Coinbase|Coinbase|s|1|2021-04-14|260|10|0.25|金融数据与交易所|concepts=区块链
COP|康菲石油|ConocoPhillips|Ns|1||100|7|1.27|油气勘探
COST|好市多|Costco|sn|1|1985-12-05|930|2|0.44|折扣店
CRM|赛富时|Salesforce|Nds|1|2004-06-23|330|6|0.96|软件应用
CRWD|CrowdStrike|CrowdStrike|sn|1|2019-06-12|360|4|0.25|软件基础设施
CSCO|思科|Cisco|dsn|1|1990-02-16|59|18|3.98|通信设备
CVS|西维斯健康|CVS Health|Ns|1||55|11|1.26|医疗保健计划
CVX|雪佛龙|Chevron|Nds|1||150|8|1.75|综合油气
DASH|DoorDash|DoorDash|sn|1|2020-12-09|175|4|0.42|互联网内容与信息
DE|迪尔|Deere|Ns|1||430|1.5|0.27|农用与重型机械
DELL|戴尔科技|Dell Technologies|Ns|1|2018-12-28|115|8|0.68|计算机硬件|concepts=人工智能
DIS|迪士尼|Disney|Nds|1||110|10|1.8|娱乐
EDU|新东方|New Oriental|N|1|2006-09-07|60|1.5|0.163|教育与培训|concepts=中概股
F|福特汽车|Ford|Ns|1||10|60|3.98|汽车制造商
FDX|联邦快递|FedEx|Ns|1||270|1.7|0.24|综合货运与物流
FUTU|富途控股|Futu Holdings||1|2019-03-08|88|3|0.139|资本市场|concepts=中概股|region=香港|growth=18|vol=3.2|eps=4.3|bps=24|dps=2
GE|GE航空航天|GE Aerospace|Ns|1||175|5|1.07|航空航天与国防
GILD|吉利德科学|Gilead|sn|1|1992-01-22|92|7|1.25|药品制造商
GM|通用汽车|General Motors|Ns|1|2010-11-18|52|12|0.96|汽车制造商
GME|游戏驿站|GameStop|N|1|2002-02-13|27|8|0.45|专业零售
GOOG|谷歌-C|Alphabet C|sn|1|2014-04-03|182|20|12.1|互联网内容与信息|concepts=明星科技股,人工智能
GOOGL|谷歌-A|Alphabet A|sn|1|2004-08-19|180|28|12.1|互联网内容与信息|concepts=明星科技股,人工智能|region=加利福尼亚州|growth=18|vol=1.6|ticks=40|eps=8|bps=26|dps=0.8
GS|高盛|Goldman Sachs|Nds|1|1999-05-04|580|2.2|0.31|资本市场
HD|家得宝|Home Depot|Nds|1||400|3.5|0.99|家居零售
HON|霍尼韦尔|Honeywell|dsn|1||220|3.5|0.64|综合企业
HOOD|Robinhood|Robinhood|s|1|2021-07-29|38|25|0.88|资本市场
IBM|IBM|IBM|Nds|1||225|4|0.93|信息技术服务|concepts=人工智能
INTC|英特尔|Intel|sn|1|1971-10-13|22|70|4.36|半导体
INTU|财捷|Intuit|sn|1||640|1.6|0.28|软件应用
ISRG|直觉外科|Intuitive Surgical|sn|1|2000-06-13|530|1.6|0.36|医疗设备
JD|京东|JD.com||1|2014-05-22|35|12|1.5|互联网零售|concepts=中概股
JNJ|强生|Johnson & Johnson|Nds|1||150|8|2.4|药品制造商
JPM|摩根大通|JPMorgan Chase|Nds|1||240|9|2.8|银行|concepts=道琼斯成分股|region=纽约州|growth=9|vol=1.4|ticks=25|eps=18|bps=115|dps=4.8
KO|可口可乐|Coca-Cola|Nds|1||63|14|4.3|非酒精饮料|concepts=道琼斯成分股,高息股|region=佐治亚州|growth=5|vol=0.9|ticks=20|eps=2.5|bps=6.2|dps=1.94
LCID|Lucid|Lucid||1||2.3|90|3|汽车制造商|concepts=新能源车
LI|理想汽车|Li Auto||1|2020-07-30|23|7|1.07|汽车制造商|concepts=中概股,新能源车
LIN|林德|Linde|sn|1||450|2|0.47|特种化学品
LLY|礼来|Eli Lilly|Ns|1||800|3.2|0.9|药品制造商
LMT|洛克希德马丁|Lockheed Martin|Ns|1||480|1.4|0.23|航空航天与国防
LOW|劳氏|Lowe's|Ns|1||250|2.5|0.56|家居零售
LRCX|泛林集团|Lam Research|sn|1||75|9|1.28|半导体设备
MA|万事达|Mastercard|Ns|1|2006-05-25|520|2.5|0.91|信用服务
MARA|MARA Holdings|MARA Holdings||1||18|45|0.35|资本市场|concepts=区块链
MCD|麦当劳|McDonald's|Nds|1||295|3.3|0.72|餐饮
MDT|美敦力|Medtronic|Ns|1||85|6|1.28|医疗设备
META|Meta Platforms|Meta Platforms|sn|1|2012-05-18|600|14|2.5|互联网内容与信息|concepts=明星科技股,人工智能|region=加利福尼亚州|growth=22|vol=2|ticks=40|eps=23.9|bps=72|dps=2
MMM|3M|3M|Nds|1||132|3.5|0.54|综合企业
MRK|默沙东|Merck|Nds|1||98|11|2.52|药品制造商
MRNA|莫德纳|Moderna|s|1|2018-12-07|40|9|0.39|生物科技
MRVL|迈威尔科技|Marvell|n|1|2000-06-27|85|14|0.86|半导体
MS|摩根士丹利|Morgan Stanley|Ns|1||125|6|1.6|资本市场
MSFT|微软|Microsoft|dsn|1|1986-03-13|430|22|7.4|软件基础设施|concepts=明星科技股,道琼斯成分股,人工智能|region=华盛顿州|growth=17|vol=1.3|ticks=40|eps=12.4|bps=41|dps=3.1
MSTR|Strategy|Strategy|n|1|1998-06-11|340|15|0.26|软件应用|concepts=区块链
MU|美光科技|Micron|sn|1|1984-06-01|100|20|1.12|半导体
NEE|新纪元能源|NextEra Energy|Ns|1||73|10|2.06|公用事业
NFLX|奈飞|Netflix|sn|1|2002-05-23|88|35|4.25|娱乐|concepts=明星科技股
NIO|蔚来|NIO|N|1|2018-09-12|4.6|50|2.1|汽车制造商|concepts=中概股,新能源车|region=上海|growth=-8|vol=3.2|ticks=20|eps=-1.4|bps=0.6
NKE|耐克|Nike|Nds|1|1980-12-02|75|11|1.48|鞋类与配饰
NOW|ServiceNow|ServiceNow|Ns|1|2012-06-29|1000|1.3|0.21|软件应用
NTES|网易|NetEase||1|2000-06-30|92|1.3|0.64|电子游戏与多媒体|concepts=中概股
NVDA|英伟达|NVIDIA|dsn|1|1999-01-22|140|210|24.5|半导体|concepts=明星科技股,人工智能,道琼斯成分股|region=加利福尼亚州|growth=30|vol=2.6|ticks=60|eps=2.9|bps=3.2|dps=0.04
ORCL|甲骨文|Oracle|Ns|1|1986-03-12|170|9|2.8|软件基础设施|concepts=人工智能,云计算
OXY|西方石油|Occidental|Ns|1||48|9|0.94|油气勘探
PANW|Palo Alto Networks|Palo Alto Networks|sn|1|2012-07-20|185|5|0.66|软件基础设施
PDD|拼多多|PDD Holdings|n|1|2018-07-26|105|8|1.39|互联网零售|concepts=中概股
PEP|百事|PepsiCo|sn|1||155|6|1.37|非酒精饮料
PFE|辉瑞|Pfizer|Ns|1||26|40|5.67|药品制造商
PG|宝洁|Procter & Gamble|Nds|1||170|6.5|2.35|家居与个人用品
PLTR|Palantir|Palantir|sn|1|2020-09-30|75|70|2.3|软件基础设施|concepts=人工智能
PM|菲利普莫里斯|Philip Morris|Ns|1|2008-03-17|125|5|1.55|烟草
PYPL|PayPal|PayPal|sn|1|2015-07-06|80|10|1|信用服务
QCOM|高通|Qualcomm|sn|1|1991-12-13|160|8|1.11|半导体
RIVN|Rivian|Rivian||1|2021-11-10|13|35|1.1|汽车制造商|concepts=新能源车
RTX|雷神技术|RTX|Ns|1||118|5|1.33|航空航天与国防
SBUX|星巴克|Starbucks|sn|1|1992-06-26|95|8|1.13|餐饮
SCHW|嘉信理财|Charles Schwab|Ns|1||75|9|1.82|资本市场
SE|冬海集团|Sea Limited|N|1|2017-10-20|105|4|0.58|互联网零售
SHOP|Shopify|Shopify|n|1|2015-05-21|105|8|1.29|软件应用
SHW|宣伟|Sherwin-Williams|Nds|1||350|1.7|0.25|特种化学品
SMCI|超微电脑|Super Micro Computer|s|1|2007-03-29|35|45|0.59|计算机硬件|concepts=人工智能
SNAP|Snap|Snap|N|1|2017-03-02|11|30|1.68|互联网内容与信息
SNOW|Snowflake|Snowflake|N|1|2020-09-16|155|5|0.33|软件应用|concepts=云计算
SOFI|SoFi|SoFi||1||14|45|1.08|信用服务
SONY|索尼|Sony|N|1||22|5|6.1|消费电子产品
T|美国电话电报|AT&T|Ns|1||23|35|7.18|电信服务
TGT|塔吉特|Target|Ns|1||130|5|0.46|折扣店
TME|腾讯音乐|Tencent Music|N|1|2018-12-12|12|7|1.54|互联网内容与信息|concepts=中概股
TMO|赛默飞世尔|Thermo Fisher|Ns|1||520|1.7|0.38|诊断与研究
TMUS|T-Mobile US|T-Mobile US|sn|1||230|4|1.15|电信服务
TRV|旅行者|Travelers|Nds|1||255|1.4|0.23|财产保险
TSLA|特斯拉|Tesla|sn|1|2010-06-29|340|95|3.2|汽车制造商|concepts=明星科技股,新能源车|region=得克萨斯州|growth=38|vol=2.8|ticks=60|eps=2.2|bps=22
TSM|台积电|TSMC|N|1|1997-10-08|195|14|5.19|半导体|concepts=人工智能
TXN|德州仪器|Texas Instruments|sn|1||190|5.5|0.91|半导体
UBER|优步|Uber|Ns|1|2019-05-10|70|18|2.1|软件应用
UNH|联合健康|UnitedHealth|Nds|1||520|5|0.91|医疗保健计划
UNP|联合太平洋|Union Pacific|Ns|1||235|2.7|0.6|铁路
UPS|联合包裹|UPS|Ns|1|1999-11-10|125|4|0.85|综合货运与物流
V|Visa|Visa|Nds|1|2008-03-19|310|6|1.95|信用服务
VZ|威瑞森|Verizon|Nds|1||41|17|4.21|电信服务
WDAY|Workday|Workday|sn|1|2012-10-12|255|2|0.27|软件应用
WFC|富国银行|Wells Fargo|Ns|1||70|15|3.3|银行
WMT|沃尔玛|Walmart|ds|1|1972-08-25|90|16|8.03|折扣店
XOM|埃克森美孚|Exxon Mobil|Ns|1||112|15|4.4|综合油气
XPEV|小鹏汽车|XPeng|N|1|2020-08-27|14|12|0.95|汽车制造商|concepts=中概股,新能源车
YUMC|百胜中国|Yum China|N|1|2016-11-01|46|2|0.37|餐饮|concepts=中概股
ZM|Zoom|Zoom||1|2019-04-18|78|3|0.3|软件应用
`

/** Exchange-traded funds of United States. */
export const US_FUNDS = `
AGG|美国综合债券ETF-iShares|iShares Core US Aggregate Bond ETF|Ae|1||97|8|1.2|交易所买卖基金|growth=0|vol=0.4
ARKK|ARK创新ETF|ARK Innovation ETF|Ae|1|2014-10-31|58|12|0.12|交易所买卖基金
DIA|道指ETF-SPDR|SPDR Dow Jones Industrial Average ETF|Ae|1|1998-01-20|430|3.5|0.09|交易所买卖基金|follows=.DJI*0.01
EEM|新兴市场ETF-iShares|iShares MSCI Emerging Markets ETF|Ae|1|2003-04-11|43|28|0.42|交易所买卖基金|growth=3|vol=1.1
EFA|欧澳远东ETF-iShares|iShares MSCI EAFE ETF|Ae|1|2001-08-17|78|15|0.7|交易所买卖基金|growth=4|vol=0.9
FXI|中国大盘股ETF-iShares|iShares China Large-Cap ETF|Ae|1|2004-10-08|31|40|0.24|交易所买卖基金|growth=1|vol=1.7
GLD|黄金ETF-SPDR|SPDR Gold Shares|Ae|1|2004-11-18|245|8|0.31|交易所买卖基金|region=美国|growth=8|vol=0.9|ticks=20
HYG|高收益债ETF-iShares|iShares High Yield Corporate Bond ETF|Ae|1||79|35|0.2|交易所买卖基金|growth=0|vol=0.4
IBIT|比特币ETF-iShares|iShares Bitcoin Trust ETF|e|1|2024-01-11|52|40|1|交易所买卖基金|growth=0|vol=2.8
IVV|标普500ETF-iShares|iShares Core S&P 500 ETF|Ae|1|2000-05-19|592|5|0.95|交易所买卖基金|follows=SPY*1.0045
IWM|罗素2000ETF-iShares|iShares Russell 2000 ETF|Ae|1|2000-05-26|222|28|0.3|交易所买卖基金|growth=5|vol=1.3
KWEB|中国海外互联网ETF-KraneShares|KraneShares CSI China Internet ETF|Ae|1||31|22|0.2|交易所买卖基金|growth=0|vol=2.2
QQQ|纳指100ETF-Invesco|Invesco QQQ Trust|e|1|1999-03-10|510|38|0.62|交易所买卖基金|region=美国|growth=12|vol=1.2|ticks=50|dps=2.9
SLV|白银ETF-iShares|iShares Silver Trust|Ae|1|2006-04-28|28|18|0.5|交易所买卖基金|growth=6|vol=1.6
SMH|半导体ETF-VanEck|VanEck Semiconductor ETF|e|1||245|7|0.09|交易所买卖基金|growth=15|vol=2
SOXL|三倍做多半导体ETF-Direxion|Direxion Daily Semiconductor Bull 3X|Ae|1|2010-03-11|28|70|0.35|交易所买卖基金|growth=10|vol=5
SOXS|三倍做空半导体ETF-Direxion|Direxion Daily Semiconductor Bear 3X|Ae|1|2010-03-11|21|60|0.05|交易所买卖基金|growth=0|vol=5
SPY|标普500指数ETF-SPDR|SPDR S&P 500 ETF|Ae|1|1993-01-29|590|62|1.06|交易所买卖基金|region=美国|growth=8|vol=0.9|ticks=60|dps=7.1
SQQQ|三倍做空纳指ETF-ProShares|ProShares UltraPro Short QQQ|e|1|2010-02-11|30|110|0.1|交易所买卖基金|growth=0|vol=3.5
TLT|20年以上美债ETF-iShares|iShares 20+ Year Treasury Bond ETF|e|1||90|35|0.6|交易所买卖基金|growth=0|vol=0.9
TQQQ|三倍做多纳指ETF-ProShares|ProShares UltraPro QQQ|e|1|2010-02-11|78|60|0.3|交易所买卖基金|growth=15|vol=3.5
USO|原油基金-USO|United States Oil Fund|Ae|1|2006-04-10|75|4|0.02|交易所买卖基金|growth=0|vol=2
UVXY|1.5倍做多VIX期货ETF-ProShares|ProShares Ultra VIX Short-Term Futures ETF|e|1|2011-10-03|22|25|0.02|交易所买卖基金|growth=0|vol=5
VOO|标普500ETF-Vanguard|Vanguard S&P 500 ETF|Ae|1|2010-09-09|541|7|1.1|交易所买卖基金|follows=SPY*0.9185
VTI|整体股市ETF-Vanguard|Vanguard Total Stock Market ETF|Ae|1|2001-05-31|292|4|1.5|交易所买卖基金|growth=8|vol=0.9
XLE|能源ETF-SPDR|Energy Select Sector SPDR|Ae|1|1998-12-22|90|15|0.4|交易所买卖基金|growth=3|vol=1.3
XLF|金融ETF-SPDR|Financial Select Sector SPDR|Ae|1|1998-12-22|49|40|1|交易所买卖基金|growth=6|vol=1
XLK|科技ETF-SPDR|Technology Select Sector SPDR|Ae|1|1998-12-22|232|6|0.3|交易所买卖基金|growth=12|vol=1.4
`

/** Indexes of United States. */
export const US_INDEXES = `
.DJI|道琼斯指数|Dow Jones Industrial Average|i|1||43000|500|||growth=6|vol=0.8|ticks=30
.IXIC|纳斯达克综合指数|Nasdaq Composite Index|i|1||19000|1600|||follows=QQQ*37
.NDX|纳斯达克100指数|Nasdaq-100 Index|i|1||21000|1400|||follows=QQQ*41.18
.RUT|罗素2000指数|Russell 2000 Index|i|1||2230|900|||follows=IWM*10.05
.SPX|标普500指数|S&P 500 Index|i|1||5900|2400|||follows=SPY*10
.VIX|标普500波动率指数|Cboe Volatility Index|i|1||17|1|||growth=0|vol=5
`
