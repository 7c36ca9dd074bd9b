using Insp1r.Membership.Mail;
using Insp1r.Membership.Tests.Accounts;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Mail;

/// <summary>One rule for addresses, at each door where one is given.</summary>
public sealed class EmailAddressTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("someone@example.org", true)]
    [InlineData("some.one+tag@mail.example.org", true)]
    [InlineData("o'neil_x%y@example.org", true)]
    [InlineData("someone@bücher.example", true)]
    [InlineData("someone@xn--bcher-kva.example", true)]
    [InlineData("", false)]
    [InlineData("someone", false)]
    [InlineData("someone@", false)]
    [InlineData("@example.org", false)]
    [InlineData("someone@localhost", false)]
    [InlineData("someone@127.0.0.1", false)]
    [InlineData("someone@[127.0.0.1]", false)]
    [InlineData("someone@example,org", false)]
    [InlineData("a,b@example.org", false)]
    [InlineData("a@example.org,b@example.org", false)]
    [InlineData("a@example.org; b@example.org", false)]
    [InlineData("a@b@example.org", false)]
    [InlineData("some one@example.org", false)]
    [InlineData(" someone@example.org", false)]
    [InlineData("someone@example.org ", false)]
    [InlineData("someone@example.org\r\nBcc: other@example.org", false)]
    [InlineData("Some One <someone@example.org>", false)]
    [InlineData("<someone@example.org>", false)]
    [InlineData("someone(comment)@example.org", false)]
    [InlineData("\"some one\"@example.org", false)]
    [InlineData("josé@example.org", false)]
    [InlineData("someone@example..org", false)]
    [InlineData("someone@.example.org", false)]
    [InlineData("group: someone@example.org;", false)]
    public void EmailAddress_IsOneAddressAlone(string text, bool valid) => Assert.Equal(valid, EmailAddress.IsValid(text));

    [Theory]
    [InlineData(64, 254, true)]
    [InlineData(65, 200, false)]
    [InlineData(64, 255, false)]
    public void EmailAddress_IsNoLongerThanServersTake(int localPart, int length, bool valid)
    {
        var domain = string.Concat(Enumerable.Repeat("abcdefghi.", 30))[..(length - localPart - 5)].TrimEnd('.');
        var address = $"{new string('a', localPart)}@{domain.PadRight(length - localPart - 5, 'x')}.org";

        Assert.Equal((length, valid), (address.Length, EmailAddress.IsValid(address)));
    }

    [Theory]
    [InlineData("a,b@example.org")]
    [InlineData("someone@example,org")]
    [InlineData("Some One <someone@example.org>")]
    public async Task EmailAddress_Bad_IsRefusedOfPersons(string address)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = (await network.Steward.PostAsync("/api/v1/persons", new { node = network.Node, name = "Somebody", language = "en" }, Ct)).Expect(201);

        var recorded = await network.Steward.PostAsync("/api/v1/persons", new { node = network.Node, name = "Other", email = address, language = "en" }, Ct);
        var changed = await network.Steward.PatchAsync($"/api/v1/persons/{person.Id}", new { email = address }, Ct, ("If-Match", "*"));

        Assert.Equal(["/email bad-address"], recorded.IsProblem(422, "invalid").Faults());
        Assert.Equal(["/email bad-address"], changed.IsProblem(422, "invalid").Faults());
    }

    [Fact]
    public async Task EmailAddress_BadSinceBeforeTheRule_IsNotInvited()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordedBeforeAsync(network);

        var answer = await network.Steward.PostAsync("/api/v1/accounts", new { personId = person, grants = (string[])[$"reader@{network.Node}"] }, Ct);

        Assert.Equal(["/personId bad-address"], answer.IsProblem(422, "invalid").Faults());
    }

    [Theory]
    [InlineData("invitation")]
    [InlineData("recovery")]
    public async Task EmailAddress_BadSinceBeforeTheRule_IsNotInvitedAgain(string action)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (person, account, _) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        await shared.ScalarAsync<Guid>("update person set email = 'a,b@example.org' where id = $1 returning id", Ct, person);

        (await network.Steward.PostAsync($"/api/v1/accounts/{account["id"]}/{action}", null, Ct)).IsProblem(409, "account-without-address");
    }

    [Fact]
    public async Task EmailAddress_BadOfTheFirstSteward_StopsTheStart()
    {
        var database = await shared.Postgres.CreateDatabaseAsync("first_steward_address", Ct);

        var thrown = Assert.ThrowsAny<Exception>(() => MembershipApp.Start(database, ("FirstSteward:Email", "First <first@example.org>")));

        Assert.Contains("FirstSteward:Email", thrown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void EmailAddress_BadOfTheSender_StopsTheStart()
    {
        var thrown = Assert.ThrowsAny<Exception>(() => MembershipApp.Start(shared.Database, ("Mail:From", "INSP!R <no-reply@example.org>")));

        Assert.Contains("Mail:From", thrown.ToString(), StringComparison.Ordinal);
    }

    private async Task<Guid> RecordedBeforeAsync(Network network)
    {
        var person = await network.PersonAsync("Recorded before", $"{Guid.NewGuid():N}@example.org", Ct);
        return await shared.ScalarAsync<Guid>("update person set email = 'a,b@example.org' where id = $1 returning id", Ct, person);
    }
}
