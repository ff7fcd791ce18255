"""The words that the sample's reviews are made of."""

PRAISE = """
good great wonderful excellent superb brilliant amazing fantastic enjoyable perfect delightful
charming touching moving funny hilarious clever witty gripping thrilling beautiful gorgeous
stunning memorable powerful inspired fresh original warm tender honest subtle graceful elegant
magical masterful outstanding remarkable splendid terrific engaging captivating refreshing
uplifting heartfelt poignant riveting dazzling lovely radiant inventive intelligent thoughtful
convincing satisfying rewarding hypnotic exquisite joyful exhilarating stylish sharp vivid
haunting
""".split()

BLAME = """
bad awful terrible boring dull horrible poor stupid lame weak dreadful tedious pointless
annoying ridiculous predictable pathetic laughable clumsy flat lifeless forgettable shallow
silly bland messy incoherent painful irritating cheap wooden lazy tiresome unfunny unwatchable
confused hollow stale cynical sloppy empty pretentious disappointing unconvincing mediocre ugly
grating insulting insipid inept laborious muddled ponderous soulless stilted trite vapid abysmal
atrocious
""".split()

PRAISE_VERBS = """
loved enjoyed adored admired treasured savored cherished applauded
""".split()

BLAME_VERBS = """
hated regretted endured disliked despised suffered loathed resented
""".split()

CRAFTS = """
acting plot script story dialogue music score direction editing photography pacing casting
ending opening costume lighting camerawork soundtrack narration chemistry humor suspense scenery
choreography premise atmosphere tone rhythm climax twist finale stunt makeup animation voice
""".split()

GENRES = """
comedy drama thriller western musical mystery romance documentary adventure fantasy horror
satire epic melodrama noir biography caper sequel remake fable
""".split()

INTENSIFIERS = """
very really truly utterly quite so incredibly remarkably extremely thoroughly
""".split()

MEN = """
Arlo Bastien Corwin Dario Edmund Felix Gareth Hollis Ivor Jasper Kellan Lionel Magnus Nestor
Orson Percival Quentin Rufus Silas Tobias
""".split()

WOMEN = """
Adela Beatrix Cordelia Delphine Elowen Flora Greta Hester Imogen Juno Katya Leonora Mabel Nadine
Odette Petra Rosalind Sabine Thea Verity
""".split()

SURNAMES = """
Ashgrove Bellwether Carradice Dunmore Everhart Fairbourne Grantley Hathersage Ingleby Jessop
Kestrel Lovelock Marchbanks Netherfield Oakhurst Pemberley Quillon Ravenscar Stormont Tremayne
Underhill Vantongeren Wetherby Yarrow Zellweg
""".split()

TITLE_FIRST = """
Silent Crimson Broken Golden Hollow Midnight Paper Winter Burning Distant Electric Forgotten
Gentle Hidden Iron Lonely Painted Restless Savage Velvet
""".split()

TITLE_SECOND = """
Harbor Orchard Lantern Kingdom Station Carousel Mirror Garden River Letter Circus Horizon Parade
Cathedral Island Symphony Tower Window Voyage Inheritance
""".split()

MALE_ROLES = """
king prince boy man actor father brother son uncle duke waiter hero wizard
""".split()

FEMALE_ROLES = """
queen princess girl woman actress mother sister daughter aunt duchess waitress heroine witch
""".split()

CAPITALS = {
    "France": "Paris",
    "Italy": "Rome",
    "Spain": "Madrid",
    "Germany": "Berlin",
    "England": "London",
    "Russia": "Moscow",
    "Japan": "Tokyo",
    "Greece": "Athens",
    "Austria": "Vienna",
    "Portugal": "Lisbon",
    "Poland": "Warsaw",
    "Egypt": "Cairo",
}

OBJECTS = """
letter map necklace diary violin suitcase photograph ring key painting telescope ledger pistol
compass manuscript locket coin clock lantern umbrella typewriter trunk notebook ticket portrait
medal bicycle carriage lighthouse chapel warehouse theater village castle prison mansion
hospital courtroom orphanage monastery vineyard harbor desert forest mountain railway ballroom
kitchen basement attic bakery factory casino museum library embassy trench airfield
""".split()

JOBS = """
detective painter soldier teacher thief lawyer sailor gambler chef journalist priest pianist
farmer spy mechanic novelist banker gardener smuggler surgeon clerk baker boxer dancer tailor
carpenter fisherman pilot sculptor astronomer poet locksmith nurse barber miner
""".split()

DEEDS = """
steals hides finds loses buries inherits repairs forges smuggles returns sells guards discovers
destroys paints borrows protects chases delivers recovers
""".split()

VENUES = """
cinema café festival living room multiplex matinee film club drive-in plane hotel
""".split()

RARE_STEMS = """
brim cast dorn elk fen glim harr isk jor kell lum mar nim oss pell quor rath sorn tarn ull vex
wyn yar zeph
""".split()

RARE_ENDS = """
ton ley wick mere ford stone bury dale gate moor shaw worth by field
""".split()
