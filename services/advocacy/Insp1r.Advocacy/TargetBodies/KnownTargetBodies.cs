using System.Text.Json;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Http;
using Npgsql;
using NpgsqlTypes;

namespace Insp1r.Advocacy.TargetBodies;

/// <summary>
/// The international bodies that the network's demands go to. Channel codes are those of the OECD-DAC list as IATI publishes it
/// (CRSChannelCode); areas are UN M49.
/// </summary>
internal static class KnownTargetBodies
{
    private static readonly TargetBody[] All =
    [
        Global(1, "UN", "United Nations", "Nations Unies", "Naciones Unidas", null),
        Global(2, "ILO", "International Labour Organization", "Organisation internationale du Travail", "Organización Internacional del Trabajo", "41302"),
        Global(3, "ILC", "International Labour Conference", "Conférence internationale du Travail", "Conferencia Internacional del Trabajo", null),
        Global(4, "IMF", "International Monetary Fund", "Fonds monétaire international", "Fondo Monetario Internacional", "43000"),
        Global(5, "WHO", "World Health Organization", "Organisation mondiale de la Santé", "Organización Mundial de la Salud", "41307"),
        Global(6, "UNICEF", "United Nations Children's Fund", "Fonds des Nations Unies pour l'enfance", "Fondo de las Naciones Unidas para la Infancia", "41122"),
        Global(7, "UN-WOMEN", "UN Women", "ONU Femmes", "ONU Mujeres", "41146"),
        Global(8, "USP2030", "Global Partnership for Universal Social Protection (USP2030)", "Partenariat mondial pour la protection sociale universelle (USP2030)", "Alianza Mundial para la Protección Social Universal (USP2030)", null),
        Global(9, "GLOBAL-ACCELERATOR", "Global Accelerator on Jobs and Social Protection for Just Transitions", "Accélérateur mondial pour l'emploi et la protection sociale pour des transitions justes", "Acelerador Mundial del Empleo y la Protección Social para Transiciones Justas", null),
        Area(10, "AU", TargetBodyLevel.Continental, "002", "African Union", "Union africaine", "Unión Africana", "47005"),
        Area(11, "AFDB", TargetBodyLevel.Continental, "002", "African Development Bank", "Banque africaine de développement", "Banco Africano de Desarrollo", "46002"),
        Area(12, "WAEMU", TargetBodyLevel.Regional, "011", "West African Economic and Monetary Union (UEMOA)", "Union économique et monétaire ouest-africaine (UEMOA)", "Unión Económica y Monetaria de África Occidental (UEMOA)", null),
        Area(13, "OAS", TargetBodyLevel.Continental, "019", "Organization of American States", "Organisation des États américains (OEA)", "Organización de los Estados Americanos (OEA)", "47079"),
        Area(14, "IDB", TargetBodyLevel.Continental, "019", "Inter-American Development Bank", "Banque interaméricaine de développement", "Banco Interamericano de Desarrollo", "46012"),
        Area(15, "ASEAN", TargetBodyLevel.Regional, "035", "Association of Southeast Asian Nations", "Association des nations de l'Asie du Sud-Est", "Asociación de Naciones del Asia Sudoriental", "47003"),
        Area(16, "ASDB", TargetBodyLevel.Continental, "142", "Asian Development Bank", "Banque asiatique de développement", "Banco Asiático de Desarrollo", "46004"),
        Area(17, "EU", TargetBodyLevel.Continental, "150", "European Union institutions", "Institutions de l'Union européenne", "Instituciones de la Unión Europea", "42000"),
        Area(18, "EC", TargetBodyLevel.Continental, "150", "European Commission", "Commission européenne", "Comisión Europea", "42001"),
    ];

    /// <summary>Adds those that are not there yet; replicas may do it at the same time.</summary>
    public static async Task AddKnownTargetBodiesAsync(this WebApplication app)
    {
        await using var insert = app.Services.GetRequiredService<ServiceDatabase>().DataSource.CreateCommand("""
            insert into target_body (id, version, code, names, level, area, source)
            select u.id, 1, u.code, u.names, u.level, u.area, u.source
            from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::text[], $5::text[], $6::text[]) as u (id, code, names, level, area, source)
            on conflict do nothing
            """);
        insert.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. All.Select(body => body.Id)] });
        insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. All.Select(body => body.Code)] });
        insert.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. All.Select(body => JsonSerializer.Serialize(body.Names, JsonDefaults.Options))],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
        });
        insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. All.Select(body => Words.Of(body.Level))] });
        insert.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. All.Select(body => body.Area)] });
        insert.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. All.Select(body => body.Source)] });
        await insert.ExecuteNonQueryAsync();
    }

    private static TargetBody Global(int number, string code, string en, string fr, string es, string? channel) =>
        Area(number, code, TargetBodyLevel.Global, "001", en, fr, es, channel);

    // The ids are part of the data, so that a code and its id are the same in every installation.
    private static TargetBody Area(int number, string code, TargetBodyLevel level, string area, string en, string fr, string es, string? channel) => new()
    {
        Id = Guid.Parse($"01930000-0000-7000-8000-{number:x12}"),
        Code = code,
        Names = new Dictionary<string, string>(StringComparer.Ordinal) { ["en"] = en, ["fr"] = fr, ["es"] = es },
        Level = level,
        Area = area,
        Source = channel is null ? null : $"OECD-DAC channel code {channel}",
    };
}
