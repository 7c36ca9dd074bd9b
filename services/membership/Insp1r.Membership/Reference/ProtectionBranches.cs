namespace Insp1r.Membership.Reference;

/// <summary>The nine branches of social security in ILO Convention C102 (1952), Parts II to X, and how the three languages call them.</summary>
internal static class ProtectionBranches
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["medical-care"] = "medical care, soins médicaux, asistencia médica, health, santé, salud",
        ["sickness"] = "sickness, maladie, enfermedad",
        ["unemployment"] = "unemployment, chômage, desempleo",
        ["old-age"] = "old age, vieillesse, vejez, pension, retraite, jubilación",
        ["employment-injury"] = "employment injury, accidents du travail et maladies professionnelles, accidentes del trabajo y enfermedades profesionales",
        ["family"] = "family, famille, familia",
        ["maternity"] = "maternity, maternité, maternidad",
        ["invalidity"] = "invalidity, invalidité, invalidez",
        ["survivors"] = "survivors, survivants, sobrevivientes",
    };

    public static readonly IReadOnlyCollection<string> All = Words.Keys;

    public static string SearchWords(string branch) => Words[branch];
}
