"""How people call the columns of a table, and how a name is matched to a header."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

from glue.findings.finding import Findings, list_some, shorten

ITEM, TIME, TARGET = (
    "ItemIdentifierAttributeName",
    "TimestampAttributeName",
    "TargetAttributeName",
)
GROUPS = "GroupingAttributeNames"
TIME_SERIES_CONFIG = "TimeSeriesForecastingJobConfig.TimeSeriesConfig"
WORDS = {ITEM: "item id", TIME: "timestamp", TARGET: "target"}
# The same in German, French, Spanish, Italian, Dutch and Portuguese, without accents.
_FOREIGN = {
    ITEM: (
        "artikel artikelnr artikelnummer artnr artikelid artikelcode matnr materialnr "
        "materialnummer produkt produktnr produktnummer produktid teilenummer produit "
        "codeproduit codearticle refproduit articulo codigoarticulo producto "
        "codigoproducto articolo codicearticolo prodotto codiceprodotto codice "
        "artikelnaam artigo produto codigoproduto codigo"
    ),
    TIME: (
        "datum monat tag zeit zeitpunkt zeitstempel woche quartal jahr buchungsdatum "
        "bestelldatum rechnungsdatum verkaufsdatum belegdatum lieferdatum jour mois "
        "semaine periode fecha mes semana dia periodo data giorno mese settimana dag "
        "maand tijdstip datahora datavenda"
    ),
    TARGET: (
        "menge absatz absatzmenge absatzstk absatzstuck umsatz verkauf verkaufe "
        "verkaufsmenge stuckzahl anzahl wert verbrauch bedarf ventes quantite qte "
        "valeur consommation chiffredaffaires ventas cantidad valor consumo demanda "
        "unidades vendite quantita valore fatturato consumi verkoop verkopen aantal "
        "hoeveelheid omzet verbruik vendas quantidade receita procura"
    ),
}
# Names by which people call these columns, the clearest first.
_NAMES: dict[str, tuple[str, ...]] = {
    ITEM: (
        "itemid",
        "seriesid",
        "uniqueid",
        "tsid",
        "timeseriesid",
        "productid",
        "productcode",
        "sku",
        "skuid",
        "articleid",
        "materialid",
        "partid",
        "item",
        "series",
        "product",
        "article",
        "material",
        "part",
        "meterid",
        "sensorid",
        "assetid",
        "storeid",
        "key",
        "id",
        "code",
        "name",
        *_FOREIGN[ITEM].split(),
    ),
    TIME: (
        "timestamp",
        "date",
        "datetime",
        "time",
        "ds",
        "day",
        "week",
        "month",
        "year",
        "period",
        "orderdate",
        "salesdate",
        "saledate",
        "invoicedate",
        *_FOREIGN[TIME].split(),
    ),
    TARGET: (
        "targetvalue",
        "target",
        "y",
        "value",
        "values",
        "sales",
        "unitsales",
        "salesqty",
        "demand",
        "quantity",
        "qty",
        "units",
        "unitssold",
        "amount",
        "volume",
        "consumption",
        "load",
        "count",
        "total",
        "revenue",
        "traffic",
        "orders",
        "usage",
        "turnover",
        *_FOREIGN[TARGET].split(),
    ),
}
_TIME_WORDS = (
    *("date", "datum", "month", "monat", "period", "mois", "fecha", "zeit", "week"),
    *("woche", "semaine", "semana", "settimana", "quarter", "quartal", "timestamp"),
)
# Words by which people call a measure, so that a column is no series by itself.
_MEASURE_WORDS = (
    "price prices preis prix precio prezzo cost costs kosten temp temperature "
    "temperatur rain wind humidity promo promotion discount rate share pct percent "
    "stock inventory bestand lager min max mean avg average std median low high open "
    "close adj sales sale demand qty quantity units amount volume value values menge "
    "umsatz absatz wert revenue profit margin count total orders load consumption "
    "verbrauch generation forecast actual plan budget target visits sessions users "
    "views clicks impressions holiday weekday customers kunden lat long id index "
    "number nr no flag status year month week day hour net gross returns tax score "
    "weight size height pressure speed ratio change diff lag pe cases deaths p "
    "netto brutto rabatt steuer kw kwh mwh mw bookings inflow outflow bid ask vwap "
    "tmin tmax tavg tmean prcp snow wspd wdir pres tsun rh ghi dni "
    "conversions transactions spend pageviews bounce duration"
)
_MEASURES = frozenset(_MEASURE_WORDS.split())
_GROUP_NAMES = (
    "locationcode",
    "location",
    "locationid",
    "store",
    "storeid",
    "shop",
    "site",
    "region",
    "market",
    "channel",
    "warehouse",
    "country",
    "state",
    "city",
    "branch",
    "department",
    "customer",
    "segment",
    "group",
    *("filiale", "markt", "standort", "lager", "werk", "kunde", "land", "gruppe"),
    *("magasin", "depot", "client", "pays", "tienda", "almacen", "cliente", "pais"),
    *("negozio", "magazzino", "puntovendita", "paese", "winkel", "vestiging"),
    *("filiaal", "klant", "loja", "armazem"),
)
# What says of what sort a thing is, or what its values are in, and names nothing.
_UNIT_NAMES = (
    *("unit", "units", "uom", "unitofmeasure", "currency", "einheit", "mengeneinheit"),
    *("waehrung", "wahrung", "unite", "devise", "unidad", "moneda", "unita", "valuta"),
    "eenheid",
)
_SORT_NAMES = (
    *("category", "type", "class", "kind", "status", "kategorie", "art", "categorie"),
    *("categoria", "tipo", *_UNIT_NAMES),
)
DEFAULT_NAMES = {ITEM: "item_id", TIME: "timestamp", TARGET: "target_value"}


def simplify(name: str) -> str:
    """Reduce a column's name to what its spellings have in common."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _simplify_foreign(name: str) -> str:
    """Reduce a name as ``simplify`` does, and leave accents out too."""
    letters = unicodedata.normalize("NFKD", simplify(name))
    return "".join(one for one in letters if not unicodedata.combining(one))


def rank_name(role: str, name: str) -> int:
    """Give the place of a name among those that a role usually has."""
    names = _NAMES[role]
    plain = _simplify_foreign(name)
    return names.index(plain) if plain in names else len(names)


def is_usual(role: str, name: str) -> bool:
    """Say whether people call a column of this role so."""
    return _simplify_foreign(name) in _NAMES[role]


def is_key(name: str) -> bool:
    """Say whether people call a column so that names items, or groups of them."""
    plain = simplify(name)
    return is_usual(ITEM, name) or (plain in _GROUP_NAMES and plain != "state")


def is_sort(name: str) -> bool:
    """Say whether people call a column so that says of what sort things are."""
    return simplify(name) in _SORT_NAMES


def is_unit(name: str) -> bool:
    """Say whether people call a column so that holds units, or currencies."""
    return _simplify_foreign(name) in _UNIT_NAMES


def is_time_name(name: str) -> bool:
    """Say whether a name speaks of dates, so that digits may be some."""
    plain = _simplify_foreign(name)
    return plain in _NAMES[TIME] or any(word in plain for word in _TIME_WORDS)


def is_measure(name: str) -> bool:
    """Say whether a name speaks of what is measured, and so of no series."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()
    return not _MEASURES.isdisjoint(re.findall(r"[^\W\d_]+", spaced))


def rank_group_names(names: Iterable[str]) -> list[str]:
    """List the names that usually tell series of one item apart, likeliest first."""
    named = [name for name in names if simplify(name) in _GROUP_NAMES]
    return sorted(named, key=lambda name: _GROUP_NAMES.index(simplify(name)))


def match_column(name: str, header: Sequence[str]) -> str | None:
    """Find a column by its name, else by its one other spelling."""
    if name in header:
        return name
    alike = [column for column in header if simplify(column) == simplify(name)]
    return alike[0] if len(alike) == 1 else None


def find_column(
    name: str, header: Sequence[str], findings: Findings, *, role: str, file: str
) -> str | None:
    """Find a column that must be there; say so when it is missing or spelled anew.

    Parameters
    ----------
    name
        As the settings, or another file, name it.
    header
        The columns that there are.
    findings
        Takes what is wrong.
    role
        What the column is, in words.
    file
        The file's name, for the messages.
    """
    column = match_column(name, header)
    if column is None:
        near = difflib.get_close_matches(name, header, n=1, cutoff=0.7)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        problem = f"TimeSeriesConfig names {shorten(name)!r} as the {role} column, and "
        problem += f"{file} has no such column (found {list_some(header)}{hint})"
        remedy = "correct the name in TimeSeriesConfig of the settings, or take it out "
        remedy += "there, so that the column is found by its content"
        key = next((key for key, word in WORDS.items() if word == role), None)
        likely = [one for one in header if key and is_usual(key, one)]
        if len(likely) == 1:
            remedy = f'write "{key}": "{likely[0]}" in TimeSeriesConfig of config.json'
            remedy += ", or take that key out, so that the column is found by itself"
        findings.add("column-missing", remedy=remedy, problem=problem, file=file)
    elif column != name:
        findings.add("column-spelling", file=file, column=column, name=shorten(name))
    return column
