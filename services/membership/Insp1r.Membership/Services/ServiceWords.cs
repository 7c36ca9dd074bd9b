namespace Insp1r.Membership.Services;

/// <summary>What members offer, as the founding article (2019) and the launch report (2022) name it, and what members of their kind offer elsewhere.</summary>
internal static class ServiceKinds
{
    public const string Other = "other";

    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["health-insurance"] = "health insurance, assurance santé, mutuelle de santé, seguro de salud, mutual de salud",
        ["health-care"] = "health care, soins de santé, atención de salud",
        ["insurance"] = "insurance, assurance, seguro",
        ["pension-scheme"] = "pension scheme, régime de retraite, plan de pensiones",
        ["microcredit"] = "microcredit, microcrédit, microcrédito",
        ["savings"] = "savings, épargne, ahorro",
        ["financial-services"] = "financial services, services financiers, servicios financieros",
        ["business-support"] = "business support, non-financial services, appui aux entreprises, services non financiers, apoyo a empresas, servicios no financieros",
        ["occupational-safety-training"] = "occupational safety and health training, formation à la santé et à la sécurité au travail, formación en seguridad y salud en el trabajo",
        ["skills-training"] = "skills training, formation professionnelle, formación profesional",
        ["legal-help"] = "legal help, aide juridique, ayuda jurídica",
        ["registration-help"] = "help to register with public schemes, aide à l’affiliation, ayuda para la afiliación",
        ["childcare"] = "childcare, garde d’enfants, cuidado infantil",
        ["emergency-aid"] = "emergency aid, aide d’urgence, ayuda de emergencia",
        [Other] = "",
    };

    public static readonly IReadOnlyCollection<string> All = Words.Keys;

    public static string SearchWords(string kind) => Words[kind];
}

/// <summary>Whom a service is for. (Most are those whom the two documents name.)</summary>
internal static class TargetGroups
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["informal-workers"] = "informal economy workers, travailleurs de l’économie informelle, trabajadores de la economía informal",
        ["platform-workers"] = "platform workers, travailleurs de plateforme, trabajadores de plataformas",
        ["domestic-workers"] = "domestic workers, travailleurs domestiques, trabajadores domésticos",
        ["self-employed"] = "self-employed, indépendants, trabajadores autónomos",
        ["small-businesses"] = "small businesses, petites entreprises, pequeñas empresas",
        ["rural-people"] = "rural people, population rurale, población rural",
        ["farmers"] = "farmers, paysans, agriculteurs, campesinos, agricultores",
        ["women"] = "women, femmes, mujeres",
        ["young-people"] = "young people, youth, jeunes, jóvenes",
        ["older-people"] = "older people, elderly, personnes âgées, personas mayores",
        ["children"] = "children, enfants, niños, niñas",
        ["families"] = "families, familles, familias",
        ["people-with-disabilities"] = "people with disabilities, personnes handicapées, personas con discapacidad",
        ["migrants"] = "migrants, migrantes",
    };

    public static readonly IReadOnlyCollection<string> All = Words.Keys;

    public static string SearchWords(string group) => Words[group];
}
