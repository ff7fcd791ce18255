"""The words that the sample's reviews are made of."""

PRAISE = """
good great wonderful excellent superb brilliant amazing fantastic enjoyable perfect delightful
charming touching moving funny hilarious clever witty gripping thrilling beautiful gorgeous
stunning memorable powerful inspired fresh original warm tender honest subtle graceful elegant
magical masterful outstanding remarkable splendid terrific engaging captivating refreshing
uplifting heartfelt poignant riveting dazzling lovely radiant inventive intelligent thoughtful
convincing satisfying rewarding hypnotic exquisite joyful exhilarating stylish sharp vivid
haunting absorbing affecting ambitious arresting assured astonishing balanced believable
bewitching breathtaking bright buoyant compelling crisp daring dynamic earnest effective elegiac
enchanting endearing energetic enthralling entertaining exciting expert faultless fearless
flawless gifted glorious gutsy harmonious imaginative immaculate immersive impeccable impressive
infectious insightful intimate intoxicating intriguing irresistible likable luminous lush lyrical
magnificent majestic mesmerizing meticulous mischievous nimble nuanced perceptive playful polished
profound provocative quirky raucous resonant rich robust rousing seamless sensitive sincere
skillful soaring spellbinding spirited stirring sublime sumptuous supple suspenseful taut
thoughtprovoking timeless triumphant underrated unforgettable vibrant winning zesty
""".split()

BLAME = """
bad awful terrible boring dull horrible poor stupid lame weak dreadful tedious pointless annoying
ridiculous predictable pathetic laughable clumsy flat lifeless forgettable shallow silly bland
messy incoherent painful irritating cheap wooden lazy tiresome unfunny unwatchable confused hollow
stale cynical sloppy empty pretentious disappointing unconvincing mediocre ugly grating insulting
insipid inept laborious muddled ponderous soulless stilted trite vapid abysmal atrocious aimless
amateurish anemic appalling artificial awkward baffling banal bloated botched brainless butchered
cheesy cliched cloying confusing contrived corny crass crude cringeworthy dated deadening
derivative dire disastrous dismal disjointed dreary dumb embarrassing excruciating exploitative
feeble flimsy formulaic frustrating garbled generic gimmicky half-baked ham-fisted hackneyed
hideous humorless illogical implausible inane incompetent inert infuriating irrelevant joyless
juvenile lackluster lame-brained leaden listless lousy ludicrous maudlin meandering meaningless
misguided mindless monotonous moronic nauseating nonsensical numbing obnoxious obvious offensive
overacted overblown overlong overrated paltry phony plodding preachy preposterous repetitive
ridiculous-looking rushed sappy senseless shabby shoddy sleazy slapdash sluggish smug soggy
sophomoric spiritless strained stupefying substandard superficial syrupy tacky tasteless tepid
threadbare toothless trashy trivial turgid unbearable unbelievable uneven uninspired uninvolving
unoriginal useless vacuous wasted worthless wretched
""".split()

PRAISE_VERBS = """
loved enjoyed adored admired treasured savored cherished applauded appreciated celebrated relished
praised recommended welcomed respected revisited embraced
""".split()

BLAME_VERBS = """
hated regretted endured disliked despised suffered loathed resented abandoned bemoaned cursed
dreaded lamented mocked ridiculed skipped tolerated survived
""".split()

CRAFTS = """
acting plot script story dialogue music score direction editing photography pacing casting ending
opening costume lighting camerawork soundtrack narration chemistry humor suspense scenery
choreography premise atmosphere tone rhythm climax twist finale stunt makeup animation voice
performance ensemble screenplay cinematography framing sound mixing silence montage credits
prologue epilogue flashbacks subplot romance banter chase fight song lyrics orchestra composition
palette sets props wardrobe hairstyling effects miniatures puppetry translation subtitles poster
trailer opening-shot ambition heart intelligence energy restraint
""".split()

GENRES = """
comedy drama thriller western musical mystery romance documentary adventure fantasy horror satire
epic melodrama noir biography caper sequel remake fable comedy-drama farce whodunit swashbuckler
heist tragedy saga chronicle parable spoof travelogue
""".split()

INTENSIFIERS = """
very really truly utterly quite so incredibly remarkably extremely thoroughly absolutely
completely deeply entirely especially exceptionally genuinely pretty rather somewhat surprisingly
terribly totally undeniably unusually
""".split()

MEN = """
Arlo Bastien Corwin Dario Edmund Felix Gareth Hollis Ivor Jasper Kellan Lionel Magnus Nestor Orson
Percival Quentin Rufus Silas Tobias Abel Ansel Barnaby Caspian Cyrus Dashiell Desmond Dov Elias
Emeric Florian Fergus Gideon Gunnar Hamish Horace Ignatius Isidor Jarvis Joachim Kasimir Laszlo
Lucian Malachi Matteo Mortimer Nikolai Octavio Osric Pascal Phineas Ralston Roland Saul Stellan
Thaddeus Ulric Valentin Wendell Yusuf Zoltan
""".split()

WOMEN = """
Adela Beatrix Cordelia Delphine Elowen Flora Greta Hester Imogen Juno Katya Leonora Mabel Nadine
Odette Petra Rosalind Sabine Thea Verity Agatha Amaya Anneliese Aurelia Bettina Briony Calista
Clementine Dagmar Dorothea Edith Esme Eulalia Fenella Freya Genevieve Gwendolyn Harriet Honor
Ingrid Isolde Josephine Kirsten Lavinia Lucinda Marguerite Matilda Minerva Myrtle Ottilie Paloma
Philippa Ramona Rosamund Selma Sigrid Tabitha Ursula Viola Winifred Xenia Yolanda Zelda
""".split()

SURNAMES = """
Ashgrove Bellwether Carradice Dunmore Everhart Fairbourne Grantley Hathersage Ingleby Jessop
Kestrel Lovelock Marchbanks Netherfield Oakhurst Pemberley Quillon Ravenscar Stormont Tremayne
Underhill Vantongeren Wetherby Yarrow Zellweg Abernathy Aldercroft Blackthorn Bramhall Castellan
Coldwater Crowhurst Delacourt Drummond Elderfield Ferncastle Foxglove Galbraith Greystone
Haverford Holloway Ironside Kingsley Lakeland Larkspur Merriweather Moorcroft Nightingale
Northcott Ormsby Pennington Pickering Ravensworth Redfern Rookwood Saltmarsh Sedgwick Silverton
Sommerville Thornbury Trelawney Vandermeer Wainwright Westerley Winterbourne Woodhouse
""".split()

TITLE_FIRST = """
Silent Crimson Broken Golden Hollow Midnight Paper Winter Burning Distant Electric Forgotten
Gentle Hidden Iron Lonely Painted Restless Savage Velvet Amber Ancient Bitter Blind Borrowed
Careless Cold Dancing Empty Endless Faithful Falling Final Flying Frozen Glass Green Honest Humble
Invisible Last Little Lost Moonlit Naked Northern Perfect Quiet Rising Scarlet Second Secret
Seventh Singing Sleeping Stolen Stubborn Sunken Tender Thirteenth Unfinished Wandering Wicked
Wooden
""".split()

TITLE_SECOND = """
Harbor Orchard Lantern Kingdom Station Carousel Mirror Garden River Letter Circus Horizon Parade
Cathedral Island Symphony Tower Window Voyage Inheritance Anthem Apartment Ballad Beekeeper Bridge
Calendar Candle Carpenter Comet Confession Courier Daughter Diamond Dollhouse Empire Farewell
Ferry Fountain Frontier Ghost Glacier Highway Hourglass Hunter Juggler Labyrinth Locomotive
Magician Masquerade Meadow Messenger Motel Oath Observatory Pilgrim Promise Prophet Quarry Reunion
Sailor Season Shepherd Shore Sonata Stranger Summer Tailor Tempest Valley Vineyard Waltz
Watchmaker Wilderness
""".split()

MALE_ROLES = """
king prince boy man actor father brother son uncle duke waiter hero wizard husband nephew
grandfather groom emperor monk villain lord gentleman boyfriend
""".split()

FEMALE_ROLES = """
queen princess girl woman actress mother sister daughter aunt duchess waitress heroine witch wife
niece grandmother bride empress nun villainess lady gentlewoman girlfriend
""".split()

EVENTS = """
accident adventure affair alliance ambush anniversary argument arrest auction audition avalanche
banquet baptism battle betrayal birthday blackmail blizzard breakdown burglary carnival
celebration ceremony championship competition conspiracy contest coronation crash crisis deal
debate disappearance discovery divorce drought duel earthquake election eclipse engagement
epidemic escape exam execution exhibition expedition explosion famine feud fire flood funeral game
graduation harvest holiday honeymoon hurricane inheritance interview invasion investigation
invention journey kidnapping lawsuit lottery marriage massacre migration miracle murder mutiny
negotiation operation parade picnic pilgrimage plague promotion protest race raid rebellion
rehearsal rescue reunion revolution riot robbery rumor scandal seance shipwreck shooting siege
snowstorm strike swindle tournament treaty trial vacation voyage wager war wedding
""".split()

SETTINGS = """
abandoned ancient autumn bankrupt borrowed bustling candlelit coastal crowded crumbling crooked
damp deserted distant dusty elderly faded foggy foreign former frozen gloomy grand haunted humid
icy industrial isolated local lonesome medieval misty modern moonlit mountainous muddy mysterious
narrow nearby neighboring noisy northern old ordinary overgrown peaceful poor-side provincial
quiet rainy remote rival royal ruined rural rusty sandy shadowy sleepy small snowy southern stormy
suburban sunny tiny tropical underground unknown urban vacant wartime wealthy western windy wooded
young
""".split()

MANNERS = """
abruptly accidentally angrily anonymously anxiously awkwardly bravely briefly calmly carefully
casually cautiously cheerfully clumsily coldly constantly courageously curiously deliberately
desperately discreetly drunkenly eagerly elegantly eventually fiercely finally foolishly
frantically furiously gently gladly gradually happily hastily heroically hurriedly impatiently
innocently instantly jealously kindly lazily loudly loyally mysteriously nervously nightly
officially openly patiently politely promptly proudly publicly quickly quietly recklessly
reluctantly repeatedly sadly secretly silently slowly softly solemnly stubbornly suddenly tenderly
together tragically unexpectedly unwillingly violently weekly wisely
""".split()

FEELINGS = """
ambition anger anxiety bitterness compassion confidence courage cowardice curiosity dignity doubt
envy faith fear forgiveness freedom friendship generosity gratitude greed grief guilt happiness
hatred hope hunger innocence jealousy justice kindness loneliness loyalty luck madness memory
mercy obsession panic passion patience pity pride rage redemption regret remorse revenge rivalry
sacrifice shame solitude sorrow survival sympathy temptation trust truth vengeance wisdom
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
medal bicycle carriage lighthouse chapel warehouse theater village castle prison mansion hospital
courtroom orphanage monastery vineyard harbor desert forest mountain railway ballroom kitchen
basement attic bakery factory casino museum library embassy trench airfield accordion anchor apron
arrow axe balcony banner barrel basket bell blanket blueprint bottle bouquet bracelet bridge broom
bucket cabin camera candle canoe canvas carousel cathedral cellar chandelier chessboard cradle
crown curtain dagger dam drum elevator envelope fence fiddle flag flute fountain furnace garage
gate glove gramophone greenhouse guitar hammer harp helmet hut jewel jukebox kite ladder lake lamp
laundry lawnmower lever loom mask meadow microscope mill mirror motorcycle nest oar orchard organ
oven parachute parcel parrot passport pendulum piano pillow pipe plow pocketwatch pond postcard
prairie puppet quilt raft razor reef river robe rope saddle sail saloon scarf school shovel silo
skeleton sled statue stove submarine swamp swing sword tavern tent tower tractor treasure tunnel
valley vase wagon well wheelchair whistle windmill wreath
""".split()

JOBS = """
detective painter soldier teacher thief lawyer sailor gambler chef journalist priest pianist
farmer spy mechanic novelist banker gardener smuggler surgeon clerk baker boxer dancer tailor
carpenter fisherman pilot sculptor astronomer poet locksmith nurse barber miner accountant acrobat
admiral apprentice archaeologist architect bishop blacksmith botanist butcher captain chauffeur
coach composer conductor constable cook cowboy diplomat drummer electrician engineer explorer
ferryman fireman forger gravedigger guard housekeeper hunter inventor janitor jeweler jockey judge
landlord librarian magician mayor merchant messenger midwife musician officer outlaw pharmacist
photographer pirate plumber policeman porter postman preacher professor ranger referee reporter
salesman scholar scientist senator sheriff shepherd singer stonemason student swindler translator
undertaker veterinarian watchmaker weaver welder wrestler
""".split()

DEEDS = """
steals hides finds loses buries inherits repairs forges smuggles returns sells guards discovers
destroys paints borrows protects chases delivers recovers abandons admires auctions breaks buys
carries catches cleans copies designs drags drops examines exchanges fixes grabs hauls lends lifts
lights loads locks misplaces neglects opens packs photographs polishes pursues recognizes refuses
rescues sketches smashes studies throws trades unlocks wraps wrecks
""".split()

VENUES = """
cinema café festival living room multiplex matinee film club drive-in plane hotel theater
auditorium basement library church-hall ferry hospital-ward train
""".split()

RARE_STEMS = """
brim cast dorn elk fen glim harr isk jor kell lum mar nim oss pell quor rath sorn tarn ull vex wyn
yar zeph ald bran cald dun ered fal grim hol ingl kirk lang mel nor os pen rav sel thorn und wal
yel
""".split()

RARE_ENDS = """
ton ley wick mere ford stone bury dale gate moor shaw worth by field ham cott cliff combe haven
holm hurst mouth port ridge stead thwaite water wold
""".split()
