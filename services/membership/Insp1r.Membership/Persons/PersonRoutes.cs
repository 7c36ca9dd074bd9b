using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;

namespace Insp1r.Membership.Persons;

/// <summary>Persons, what they are in the network, on what basis others see of them, and the directory.</summary>
internal static class PersonRoutes
{
    public static WebApplicationBuilder AddPersons(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpClient<PersonalDataElsewhere>(http => http.Timeout = TimeSpan.FromSeconds(5)).RemoveAllLoggers();
        builder.Services.AddSingleton<ErasureRegister>().AddScoped<PersonErasure>().AddScoped<RepeatedErasures>();
        return builder;
    }

    public static void MapPersons(this IEndpointRouteBuilder api)
    {
        var persons = api.MapGroup("/persons").WithTags("Persons");
        persons.MapPost("/", RecordPerson.HandleAsync).WithName("RecordPerson").WithSummary("Record a person of a node")
            .Requires(Role.Contributor, Scopes.Write);
        persons.MapGet("/", ReadPersons.ListAsync).WithName("ListPersons").WithSummary("The persons of your nodes")
            .WithDescription("Stewards see all fields, contributors all but private ones; readers see no persons at risk, and of others the same.")
            .Requires(Role.Reader, Scopes.Read);
        persons.MapGet("/{id:guid}", ReadPersons.OneAsync).WithName("ReadPerson").WithSummary("One person of your nodes")
            .ProducesProblem(410).Requires(Role.Reader, Scopes.Read);
        persons.MapPatch("/{id:guid}", ChangePerson.HandleAsync).WithName("ChangePerson").WithSummary("Change the fields that are given")
            .Requires(Role.Contributor, Scopes.Write);
        persons.MapPut("/{id:guid}/levels", PublishPerson.HandleAsync).WithName("PublishPerson").WithSummary("Set who sees which field of a person")
            .WithDescription("A level of network or public needs a recorded basis that covers the field. What is not given is private.")
            .ProducesProblem(409).Requires(Role.Steward, Scopes.Write);

        persons.MapPost("/{id:guid}/roles", AddRole.HandleAsync).WithName("AddPersonRole").WithSummary("Record a contact or a mandate")
            .WithDescription("A mandate is recorded by a steward.").Requires(Role.Contributor, Scopes.Write);
        persons.MapGet("/{id:guid}/roles", ReadRoles.HandleAsync).WithName("ListPersonRoles").WithSummary("A person's roles")
            .WithDescription("Stewards read past ones too.").ProducesProblem(410).Requires(Role.Reader, Scopes.Read);
        persons.MapPost("/{id:guid}/roles/{roleId:guid}/end", EndRole.HandleAsync).WithName("EndPersonRole").WithSummary("End a role")
            .WithDescription("A mandate is ended by a steward.").Requires(Role.Contributor, Scopes.Write);

        persons.MapPost("/{id:guid}/consents", RecordConsent.HandleAsync).WithName("RecordConsent").WithSummary("Record that a person consented, or another basis")
            .Requires(Role.Contributor, Scopes.Write);
        persons.MapGet("/{id:guid}/consents", ReadConsents.HandleAsync).WithName("ListConsents").WithSummary("A person's consents, also those withdrawn")
            .ProducesProblem(410).Requires(Role.Contributor, Scopes.Read);
        persons.MapPost("/{id:guid}/consents/{consentId:guid}/withdrawal", WithdrawConsent.HandleAsync).WithName("WithdrawConsent").WithSummary("Withdraw a consent")
            .WithDescription("What no other basis covers is shown to the node only, at once.").Requires(Role.Contributor, Scopes.Write);

        persons.MapPost("/{id:guid}/export", ExportPerson.HandleAsync).WithName("ExportPerson").WithSummary("All that is held of a person, as one file")
            .WithDescription("The answer is kept nowhere: an Idempotency-Key does not bring it back.").ProducesProblem(410).ProducesProblem(503)
            .Requires(Role.Steward, Scopes.Read).WithMetadata(new SecretAnswer());
        persons.MapPost("/{id:guid}/erasure", ErasePerson.HandleAsync).WithName("ErasePerson").WithSummary("Erase a person, for good")
            .WithDescription("Everywhere in the platform, within moments. A tombstone stays: it is answered 410, and the change feed has it.")
            .ProducesProblem(410).Requires(Role.Steward, Scopes.Write);

        var wordings = api.MapGroup("/consent-wordings").WithTags("Persons");
        wordings.MapPost("/", PublishWording.HandleAsync).WithName("PublishConsentWording").WithSummary("Publish a new version of a consent's wording")
            .Requires(Role.Steward, Scopes.Write);
        wordings.MapGet("/", ReadWordings.ListAsync).WithName("ListConsentWordings").WithSummary("All wordings there ever were")
            .Requires(Role.Reader, Scopes.Read);
        wordings.MapGet("/{purpose}/{version}", ReadWordings.OneAsync).WithName("ReadConsentWording").WithSummary("One version, in all languages")
            .Requires(Role.Reader, Scopes.Read);

        api.MapGet("/directory", ReadDirectory.HandleAsync).WithName("ReadDirectory").WithTags("Persons").WithSummary("Persons who agreed to be found")
            .WithDescription("Without a token: what is public. With a reader's token also what is shown to the network, and to your nodes.")
            .AllowAnonymous();
    }
}
