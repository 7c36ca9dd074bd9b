namespace Insp1r.Membership.Persons;

/// <summary>
/// For the migration: the first version of each wording, and the rule that a text never changes. What somebody agreed to in 2026 has
/// to be shown to them in 2036, whatever is asked by then.
/// </summary>
internal static class FirstWordings
{
    public const string Create = """
        create function refuse_change() returns trigger language plpgsql as $$
        begin
          raise exception '% is append only', tg_table_name;
        end $$;
        create trigger consent_wording_append_only before update or delete on consent_wording
          for each statement execute function refuse_change();

        insert into consent_wording (purpose, version, language, text, created_at, created_by) values
        ('directory-network', 1, 'en',
         'I agree that the details I chose (of: my name, my e-mail address, my telephone number, my roles) are shown in the directory of INSP!R to everyone who may read in one of its networks, on four continents. They can see from it which organisations I work with, and so perhaps that I belong to a trade union. I can withdraw this at any time; the directory then stops showing these details at once. What somebody has read or noted before cannot be taken back. Nothing depends on my agreeing.',
         now(), 'insp1r'),
        ('directory-network', 1, 'fr',
         'J''accepte que les données que j''ai choisies (parmi : mon nom, mon adresse électronique, mon numéro de téléphone, mes fonctions) soient montrées dans l''annuaire d''INSP!R à toutes les personnes qui ont un accès en lecture dans l''un de ses réseaux, sur quatre continents. Elles peuvent y voir avec quelles organisations je travaille, et donc peut-être que j''appartiens à un syndicat. Je peux retirer cet accord à tout moment ; l''annuaire cesse alors aussitôt de montrer ces données. Ce que quelqu''un a lu ou noté auparavant ne peut pas être repris. Rien ne dépend de mon accord.',
         now(), 'insp1r'),
        ('directory-network', 1, 'es',
         'Acepto que los datos que he elegido (de entre: mi nombre, mi correo electrónico, mi número de teléfono, mis cargos) se muestren en el directorio de INSP!R a todas las personas que tienen acceso de lectura en una de sus redes, en cuatro continentes. En él pueden ver con qué organizaciones trabajo y, por tanto, quizá que pertenezco a un sindicato. Puedo retirar este consentimiento en cualquier momento; el directorio deja entonces de mostrar estos datos de inmediato. Lo que alguien haya leído o anotado antes no se puede deshacer. Nada depende de que yo acepte.',
         now(), 'insp1r'),
        ('directory-public', 1, 'en',
         'I agree that the details I chose (of: my name, my e-mail address, my telephone number, my roles) are shown in the public directory of INSP!R, on the Internet, to anybody, without an account. Anybody can see from it which organisations I work with, and so perhaps that I belong to a trade union; others can copy it and find it with search engines. I can withdraw this at any time; the directory then stops showing these details at once. What others have read or copied before cannot be taken back. Nothing depends on my agreeing.',
         now(), 'insp1r'),
        ('directory-public', 1, 'fr',
         'J''accepte que les données que j''ai choisies (parmi : mon nom, mon adresse électronique, mon numéro de téléphone, mes fonctions) soient montrées dans l''annuaire public d''INSP!R, sur Internet, à n''importe qui, sans compte. N''importe qui peut y voir avec quelles organisations je travaille, et donc peut-être que j''appartiens à un syndicat ; d''autres peuvent le copier et le trouver avec des moteurs de recherche. Je peux retirer cet accord à tout moment ; l''annuaire cesse alors aussitôt de montrer ces données. Ce que d''autres ont lu ou copié auparavant ne peut pas être repris. Rien ne dépend de mon accord.',
         now(), 'insp1r'),
        ('directory-public', 1, 'es',
         'Acepto que los datos que he elegido (de entre: mi nombre, mi correo electrónico, mi número de teléfono, mis cargos) se muestren en el directorio público de INSP!R, en Internet, a cualquier persona, sin cuenta. Cualquiera puede ver en él con qué organizaciones trabajo y, por tanto, quizá que pertenezco a un sindicato; otros pueden copiarlo y encontrarlo con buscadores. Puedo retirar este consentimiento en cualquier momento; el directorio deja entonces de mostrar estos datos de inmediato. Lo que otros hayan leído o copiado antes no se puede deshacer. Nada depende de que yo acepte.',
         now(), 'insp1r');
        """;
}
