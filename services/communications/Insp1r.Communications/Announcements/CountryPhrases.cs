namespace Insp1r.Communications.Announcements;

/// <summary>
/// "In the country", as each language says it: French and English have articles and prepositions that a name alone does not give.
/// The countries where the network and its sources are; ISO 3166-1 alpha-2.
/// </summary>
internal static class CountryPhrases
{
    private static readonly Dictionary<string, (string En, string Fr, string Es)> All = new(StringComparer.Ordinal)
    {
        ["AR"] = ("in Argentina", "en Argentine", "en Argentina"),
        ["BD"] = ("in Bangladesh", "au Bangladesh", "en Bangladesh"),
        ["BE"] = ("in Belgium", "en Belgique", "en Bélgica"),
        ["BF"] = ("in Burkina Faso", "au Burkina Faso", "en Burkina Faso"),
        ["BI"] = ("in Burundi", "au Burundi", "en Burundi"),
        ["BJ"] = ("in Benin", "au Bénin", "en Benín"),
        ["BO"] = ("in Bolivia", "en Bolivie", "en Bolivia"),
        ["BR"] = ("in Brazil", "au Brésil", "en el Brasil"),
        ["CD"] = ("in the Democratic Republic of the Congo", "en République démocratique du Congo", "en la República Democrática del Congo"),
        ["CI"] = ("in Côte d’Ivoire", "en Côte d’Ivoire", "en Côte d’Ivoire"),
        ["CL"] = ("in Chile", "au Chili", "en Chile"),
        ["CM"] = ("in Cameroon", "au Cameroun", "en el Camerún"),
        ["CO"] = ("in Colombia", "en Colombie", "en Colombia"),
        ["CU"] = ("in Cuba", "à Cuba", "en Cuba"),
        ["DE"] = ("in Germany", "en Allemagne", "en Alemania"),
        ["DO"] = ("in the Dominican Republic", "en République dominicaine", "en la República Dominicana"),
        ["EC"] = ("in Ecuador", "en Équateur", "en el Ecuador"),
        ["ES"] = ("in Spain", "en Espagne", "en España"),
        ["FR"] = ("in France", "en France", "en Francia"),
        ["GB"] = ("in the United Kingdom", "au Royaume-Uni", "en el Reino Unido"),
        ["GH"] = ("in Ghana", "au Ghana", "en Ghana"),
        ["GN"] = ("in Guinea", "en Guinée", "en Guinea"),
        ["GT"] = ("in Guatemala", "au Guatemala", "en Guatemala"),
        ["GW"] = ("in Guinea-Bissau", "en Guinée-Bissau", "en Guinea-Bissau"),
        ["HN"] = ("in Honduras", "au Honduras", "en Honduras"),
        ["HT"] = ("in Haiti", "en Haïti", "en Haití"),
        ["ID"] = ("in Indonesia", "en Indonésie", "en Indonesia"),
        ["IN"] = ("in India", "en Inde", "en la India"),
        ["IT"] = ("in Italy", "en Italie", "en Italia"),
        ["KE"] = ("in Kenya", "au Kenya", "en Kenya"),
        ["KH"] = ("in Cambodia", "au Cambodge", "en Camboya"),
        ["LK"] = ("in Sri Lanka", "au Sri Lanka", "en Sri Lanka"),
        ["MA"] = ("in Morocco", "au Maroc", "en Marruecos"),
        ["MG"] = ("in Madagascar", "à Madagascar", "en Madagascar"),
        ["ML"] = ("in Mali", "au Mali", "en Malí"),
        ["MX"] = ("in Mexico", "au Mexique", "en México"),
        ["NE"] = ("in the Niger", "au Niger", "en el Níger"),
        ["NG"] = ("in Nigeria", "au Nigéria", "en Nigeria"),
        ["NI"] = ("in Nicaragua", "au Nicaragua", "en Nicaragua"),
        ["NL"] = ("in the Netherlands", "aux Pays-Bas", "en los Países Bajos"),
        ["NP"] = ("in Nepal", "au Népal", "en Nepal"),
        ["PE"] = ("in Peru", "au Pérou", "en el Perú"),
        ["PH"] = ("in the Philippines", "aux Philippines", "en Filipinas"),
        ["PK"] = ("in Pakistan", "au Pakistan", "en el Pakistán"),
        ["PT"] = ("in Portugal", "au Portugal", "en Portugal"),
        ["PY"] = ("in Paraguay", "au Paraguay", "en el Paraguay"),
        ["RW"] = ("in Rwanda", "au Rwanda", "en Rwanda"),
        ["SN"] = ("in Senegal", "au Sénégal", "en el Senegal"),
        ["SV"] = ("in El Salvador", "au Salvador", "en El Salvador"),
        ["TD"] = ("in Chad", "au Tchad", "en el Chad"),
        ["TG"] = ("in Togo", "au Togo", "en el Togo"),
        ["TH"] = ("in Thailand", "en Thaïlande", "en Tailandia"),
        ["TZ"] = ("in Tanzania", "en Tanzanie", "en Tanzania"),
        ["UG"] = ("in Uganda", "en Ouganda", "en Uganda"),
        ["UY"] = ("in Uruguay", "en Uruguay", "en el Uruguay"),
        ["VN"] = ("in Viet Nam", "au Viet Nam", "en Viet Nam"),
        ["ZA"] = ("in South Africa", "en Afrique du Sud", "en Sudáfrica"),
        ["ZM"] = ("in Zambia", "en Zambie", "en Zambia"),
        ["ZW"] = ("in Zimbabwe", "au Zimbabwe", "en Zimbabwe"),
    };

    /// <summary>Null for a country that is not among them.</summary>
    public static string? In(string country, string language) => !All.TryGetValue(country, out var phrases) ? null : language switch
    {
        "fr" => phrases.Fr,
        "es" => phrases.Es,
        _ => phrases.En,
    };
}
